package tamga.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.CMSSignedGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.CollectionStore;

/**
 * Makes signatures as Java programs do, those of CMS here: Bouncy Castle's generators with the attributes that they add by
 * themselves, among which there is no signing-certificate. Reads orders as lines of JSON, writes files.
 */
final class Make {
    /** What is ordered; the private key is PKCS #8, responses are OCSPResponse, everything else DER too. A shape is one of XML. */
    public record Order(String key, String[] certificates, String[] crls, String[] responses, String content, boolean detached,
            boolean streamed, String shape, String out) {}

    static void run() throws Exception {
        NationalXml.teach();
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            Order o = json.readValue(line, Order.class);
            Files.write(Path.of(o.out()), o.shape() == null ? make(o) : MakeXml.make(o));
        }
    }

    static byte[] read(String name) throws Exception {
        return Files.readAllBytes(Path.of(name));
    }

    /** rsa says of a key of elsewhere that it is no ECDSA key. */
    static boolean rsa(String key) {
        return key.startsWith("1.2.840.113549.");
    }

    private static byte[] make(Order o) throws Exception {
        List<X509CertificateHolder> certificates = new ArrayList<>();
        for (String name : o.certificates()) {
            certificates.add(new X509CertificateHolder(read(name)));
        }
        SignerInfoGenerator signer = signer(read(o.key()), certificates.get(0));
        byte[] content = read(o.content());
        if (!o.streamed()) {
            CMSSignedDataGenerator g = new CMSSignedDataGenerator();
            g.addSignerInfoGenerator(signer);
            fill(g, o, certificates);
            return g.generate(new CMSProcessableByteArray(content), !o.detached()).getEncoded();
        }
        CMSSignedDataStreamGenerator g = new CMSSignedDataStreamGenerator();
        g.addSignerInfoGenerator(signer);
        fill(g, o, certificates);
        g.setBufferSize(16);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream body = g.open(out, !o.detached())) {
            body.write(content);
        }
        return out.toByteArray();
    }

    private static SignerInfoGenerator signer(byte[] key, X509CertificateHolder certificate) throws Exception {
        String oid = certificate.getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm().getId();
        National.Family family = National.byKey(oid);
        if (family != null) {
            NationalCms national = new NationalCms(family, PrivateKeyInfo.getInstance(key));
            return new SignerInfoGeneratorBuilder(national).setContentDigest(national.digest()).build(national.signer(), certificate);
        }
        PrivateKey own = KeyFactory.getInstance(rsa(oid) ? "RSA" : "EC").generatePrivate(new PKCS8EncodedKeySpec(key));
        return new SignerInfoGeneratorBuilder(new BcDigestCalculatorProvider())
                .build(new JcaContentSignerBuilder(rsa(oid) ? "SHA256withRSA" : "SHA256withECDSA").build(own), certificate);
    }

    private static void fill(CMSSignedGenerator g, Order o, List<X509CertificateHolder> certificates) throws Exception {
        g.addCertificates(new CollectionStore<>(certificates));
        for (String name : o.crls()) {
            g.addCRL(new X509CRLHolder(read(name)));
        }
        for (String name : o.responses()) {
            g.addOtherRevocationInfo(CMSObjectIdentifiers.id_ri_ocsp_response, ASN1Primitive.fromByteArray(read(name)));
        }
    }

    private Make() {}
}
