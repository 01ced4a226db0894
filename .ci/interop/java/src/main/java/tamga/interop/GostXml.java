package tamga.interop;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.signature.Reference;
import org.apache.xml.security.signature.SignedInfo;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.signature.XMLSignatureInput;
import org.apache.xml.security.utils.resolver.ResourceResolverContext;
import org.apache.xml.security.utils.resolver.ResourceResolverSpi;
import org.bouncycastle.asn1.x509.Certificate;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * XML signatures with national algorithms: the JDK parses, Apache Santuario follows the references, transforms
 * and canonicalises, Bouncy Castle digests and verifies. Every signature must be right and its certificate lead to an
 * anchor, and together they must cover the document, the body of a message, or the content that stands elsewhere.
 */
final class GostXml {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

    private final byte[] content;
    private final Gost.Trust trust;
    private final Document document;
    private boolean covered;

    private GostXml(byte[] file, byte[] content, Gost.Trust trust) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        this.document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(file));
        this.content = content;
        this.trust = trust;
        for (Element e : elements(document, "*", "*")) {
            for (String space : new String[] {null, WSU}) {
                Attr id = e.getAttributeNodeNS(space, "Id");
                if (id != null) {
                    e.setIdAttributeNode(id, true);
                }
            }
        }
    }

    static void judge(byte[] file, byte[] content, Gost.Trust trust) throws Exception {
        new GostXml(file, content, trust).all();
    }

    private static List<Element> elements(Document d, String space, String name) {
        return list(d.getElementsByTagNameNS(space, name));
    }

    private static List<Element> list(NodeList nodes) {
        List<Element> out = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            out.add((Element) nodes.item(i));
        }
        return out;
    }

    /** all judges the last signature first, and takes it out: those before it were made without it. */
    private void all() throws Exception {
        List<Element> signatures = elements(document, DS, "Signature");
        if (signatures.isEmpty()) {
            throw new Gost.Refusal("no signature");
        }
        for (int i = signatures.size() - 1; i >= 0; i--) {
            Element e = signatures.get(i);
            one(e);
            if (e.getParentNode() instanceof Element) {
                e.getParentNode().removeChild(e);
            }
        }
        if (!covered) {
            throw new Gost.Refusal("neither the document nor its body nor the content is signed");
        }
    }

    private void one(Element element) throws Exception {
        XMLSignature signature = new XMLSignature(element, "", true);
        signature.addResourceResolver(new Elsewhere());
        Certificate signer = signer(element);
        List<String> wrong = new ArrayList<>();
        SignedInfo info = signature.getSignedInfo();
        info.getSignatureAlgorithm().initVerify(new NationalXml.Public(signer.getSubjectPublicKeyInfo()));
        info.getSignatureAlgorithm().update(info.getCanonicalizedOctetStream());
        if (!info.getSignatureAlgorithm().verify(signature.getSignatureValue())) {
            wrong.add("signature value is wrong");
        }
        for (int i = 0; i < info.getLength(); i++) {
            Reference reference = info.item(i);
            if (!reference.verify()) {
                wrong.add("digest of reference '" + reference.getURI() + "' differs");
            }
            covered |= covers(reference);
        }
        if (!wrong.isEmpty()) {
            throw new Gost.Refusal(String.join(", ", wrong));
        }
        List<Certificate> bag = new ArrayList<>(trust.known);
        bag.addAll(certificates(list(element.getElementsByTagNameNS(DS, "X509Certificate"))));
        trust.path(signer, bag);
    }

    /** covers says whether a reference is to what a reader of the file reads. */
    private boolean covers(Reference reference) throws Exception {
        XMLSignatureInput input = reference.getContentsBeforeTransformation();
        Node node = input.getSubNode();
        if (node == null) {
            return content != null && reference.getURI() != null && !reference.getURI().startsWith("#");
        }
        Element root = document.getDocumentElement();
        boolean body = "Envelope".equals(root.getLocalName()) && "Body".equals(node.getLocalName())
                && root.getNamespaceURI().equals(node.getNamespaceURI()) && node.getParentNode() == root;
        boolean object = "Object".equals(node.getLocalName()) && node.getParentNode() == root && DS.equals(root.getNamespaceURI());
        return node == document || node == root || body || object;
    }

    /** signer is the certificate that KeyInfo gives or refers to; of several in it, the first. */
    private Certificate signer(Element signature) throws Exception {
        List<Element> found = list(signature.getElementsByTagNameNS(DS, "X509Certificate"));
        if (found.isEmpty()) {
            found = list(signature.getElementsByTagNameNS(WSSE, "KeyIdentifier"));
        }
        if (found.isEmpty()) {
            for (Element reference : list(signature.getElementsByTagNameNS(WSSE, "Reference"))) {
                Element token = document.getElementById(reference.getAttribute("URI").replaceFirst("^#", ""));
                if (token != null && "BinarySecurityToken".equals(token.getLocalName())) {
                    found.add(token);
                }
            }
        }
        if (found.isEmpty()) {
            throw new Gost.Refusal("no certificate of the signer");
        }
        return certificates(found).get(0);
    }

    private static List<Certificate> certificates(List<Element> elements) {
        List<Certificate> out = new ArrayList<>();
        for (Element e : elements) {
            out.add(Certificate.getInstance(Base64.getMimeDecoder().decode(e.getTextContent())));
        }
        return out;
    }

    /** Elsewhere gives the content that stands outside the file. */
    private final class Elsewhere extends ResourceResolverSpi {
        @Override
        public boolean engineCanResolveURI(ResourceResolverContext c) {
            return content != null && c.uriToResolve != null && !c.uriToResolve.isEmpty() && !c.uriToResolve.startsWith("#");
        }

        @Override
        public XMLSignatureInput engineResolveURI(ResourceResolverContext c) {
            return new XMLSignatureInput(content);
        }
    }
}
