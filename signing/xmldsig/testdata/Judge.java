import java.io.FileInputStream;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** Says of each file whether the JDK finds its first signature right under a certificate's key. */
public class Judge {
    public static void main(String[] args) throws Exception {
        PublicKey key;
        try (FileInputStream in = new FileInputStream(args[0])) {
            key = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey();
        }
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        for (int i = 1; i < args.length; i++) {
            String answer;
            try {
                Document document = factory.newDocumentBuilder().parse(Path.of(args[i]).toFile());
                markIdentifiers(document.getDocumentElement());
                NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
                DOMValidateContext context = new DOMValidateContext(key, found.item(0));
                context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
                context.setBaseURI(Path.of(args[i]).toAbsolutePath().toUri().toString());
                XMLSignature signature = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
                answer = signature.validate(context) ? "right" : "wrong";
            } catch (Exception e) {
                answer = "error " + e;
            }
            System.out.println(answer);
        }
    }

    private static void markIdentifiers(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr a = (Attr) attributes.item(i);
            if ("Id".equals(a.getLocalName())) {
                element.setIdAttributeNode(a, true);
            }
        }
        NodeList children = element.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i) instanceof Element child) {
                markIdentifiers(child);
            }
        }
    }
}
