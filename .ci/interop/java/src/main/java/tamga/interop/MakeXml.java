package tamga.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.xml.security.keys.content.X509Data;
import org.apache.xml.security.signature.ObjectContainer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.transforms.params.InclusiveNamespaces;
import org.apache.xml.security.transforms.params.XPathContainer;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Makes XML signatures as Java programs do, the national ones among them: by Apache Santuario, in several shapes. */
final class MakeXml {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final String TYPE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    private static final String BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    /** What signs: a key, its certificate, and the identifiers of its algorithms. */
    private record Signer(Key key, byte[] certificate, String method, String digest) {
        static Signer of(Make.Order o) throws Exception {
            byte[] certificate = Make.read(o.certificates()[0]);
            byte[] key = Make.read(o.key());
            String oid = new X509CertificateHolder(certificate).getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm().getId();
            National.Family family = National.byKey(oid);
            if (family != null) {
                return new Signer(new NationalXml.Private(PrivateKeyInfo.getInstance(key)), certificate, family.xmlSignature(), family.xmlDigest());
            }
            boolean rsa = Make.rsa(oid);
            return new Signer(KeyFactory.getInstance(rsa ? "RSA" : "EC").generatePrivate(new PKCS8EncodedKeySpec(key)), certificate,
                    rsa ? XMLSignature.ALGO_ID_SIGNATURE_RSA_SHA256 : XMLSignature.ALGO_ID_SIGNATURE_ECDSA_SHA256,
                    "http://www.w3.org/2001/04/xmlenc#sha256");
        }
    }

    static byte[] make(Make.Order o) throws Exception {
        Signer signer = Signer.of(o);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document d = factory.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(Path.of(o.content()))));
        switch (o.shape()) {
            case "soap":
                soap(d, signer);
                break;
            case "enveloping":
                d = factory.newDocumentBuilder().newDocument();
                enveloping(d, signer);
                break;
            default:
                enveloped(d, signer, o.shape());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(d), new StreamResult(out));
        return out.toByteArray();
    }

    private static XMLSignature signature(Document d, Signer s, String canonicalization) throws Exception {
        return new XMLSignature(d, "", s.method, canonicalization);
    }

    private static void sign(Document d, XMLSignature signature, Signer s) throws Exception {
        X509Data data = new X509Data(d);
        data.addCertificate(s.certificate);
        signature.getKeyInfo().add(data);
        signature.sign(s.key);
    }

    private static void enveloped(Document d, Signer s, String shape) throws Exception {
        Transforms t = new Transforms(d);
        String method = Transforms.TRANSFORM_C14N_OMIT_COMMENTS;
        String uri = "";
        if (shape.equals("xpath")) {
            XPathContainer path = new XPathContainer(d);
            path.setXPathNamespaceContext("ds", "http://www.w3.org/2000/09/xmldsig#");
            path.setXPath("not(ancestor-or-self::ds:Signature)");
            t.addTransform(Transforms.TRANSFORM_XPATH, path.getElement());
        } else {
            t.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        }
        switch (shape) {
            case "exclusive":
                method = Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS;
                t.addTransform(method);
                break;
            case "exclusive-prefixes":
                method = Transforms.TRANSFORM_C14N_EXCL_WITH_COMMENTS;
                t.addTransform(Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS, new InclusiveNamespaces(d, "#default x unused").getElement());
                break;
            case "c14n11":
                method = "http://www.w3.org/2006/12/xml-c14n11";
                t.addTransform(method);
                break;
            case "by-id":
                Element root = d.getDocumentElement();
                root.setAttribute("Id", "whole");
                root.setIdAttribute("Id", true);
                uri = "#whole";
                t.addTransform(Transforms.TRANSFORM_C14N_OMIT_COMMENTS);
                break;
            default:
                t.addTransform(Transforms.TRANSFORM_C14N_WITH_COMMENTS);
        }
        XMLSignature signature = signature(d, s, method);
        d.getDocumentElement().appendChild(signature.getElement());
        signature.addDocument(uri, t, s.digest);
        sign(d, signature, s);
    }

    private static void enveloping(Document d, Signer s) throws Exception {
        XMLSignature signature = signature(d, s, Transforms.TRANSFORM_C14N_OMIT_COMMENTS);
        d.appendChild(signature.getElement());
        ObjectContainer object = new ObjectContainer(d);
        object.setId("carried");
        object.appendChild(d.createTextNode("Өтініш & құжаттар"));
        signature.appendObject(object);
        object.getElement().setIdAttribute("Id", true);
        signature.addDocument("#carried", null, s.digest);
        sign(d, signature, s);
    }

    /** soap signs the body of a message as WSS4J does, with the certificate in a security token. */
    private static void soap(Document d, Signer s) throws Exception {
        Element body = (Element) d.getElementsByTagNameNS(SOAP, "Body").item(0);
        identify(body, "body");
        Element security = d.createElementNS(WSSE, "wsse:Security");
        security.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsse", WSSE);
        security.setAttributeNS(SOAP, "soapenv:mustUnderstand", "1");
        d.getElementsByTagNameNS(SOAP, "Header").item(0).appendChild(security);
        Element token = d.createElementNS(WSSE, "wsse:BinarySecurityToken");
        token.setAttribute("EncodingType", BASE64);
        token.setAttribute("ValueType", TYPE);
        token.setTextContent(java.util.Base64.getEncoder().encodeToString(s.certificate));
        identify(token, "token");
        security.appendChild(token);

        XMLSignature signature = signature(d, s, Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS);
        security.appendChild(signature.getElement());
        Transforms t = new Transforms(d);
        t.addTransform(Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS);
        signature.addDocument("#body", t, s.digest);
        Element to = d.createElementNS(WSSE, "wsse:SecurityTokenReference");
        Element reference = d.createElementNS(WSSE, "wsse:Reference");
        reference.setAttribute("URI", "#token");
        reference.setAttribute("ValueType", TYPE);
        to.appendChild(reference);
        signature.getKeyInfo().addUnknownElement(to);
        signature.sign(s.key);
    }

    private static void identify(Element e, String id) {
        e.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsu", WSU);
        e.setAttributeNS(WSU, "wsu:Id", id);
        e.setIdAttributeNS(WSU, "Id", true);
    }

    private MakeXml() {}
}
