package tamga.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** EU DSS makes signatures last, by a timestamp authority of which it is given the key. Reads orders as lines of JSON. */
final class Extend {
    /** What is ordered: the file and what is known are those of a question; the level is T, LT or LTA. */
    public record Order(Main.Question about, String level, String key, String[] certificates, String policy, String out) {}

    static void run() throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            Order o = json.readValue(line, Order.class);
            try (OutputStream out = new FileOutputStream(o.out())) {
                extended(o).writeTo(out);
            }
        }
    }

    private static DSSDocument extended(Order o) throws Exception {
        CommonCertificateVerifier verifier = Dss.verifier(o.about());
        DSSDocument file = new FileDocument(o.about().file());
        if (o.about().kind().equals("pdf")) {
            PAdESService service = new PAdESService(verifier);
            service.setTspSource(stamps(o));
            PAdESSignatureParameters p = new PAdESSignatureParameters();
            p.setSignatureLevel(SignatureLevel.valueOf("PAdES_BASELINE_" + o.level()));
            return service.extendDocument(file, p);
        }
        CAdESService service = new CAdESService(verifier);
        service.setTspSource(stamps(o));
        CAdESSignatureParameters p = new CAdESSignatureParameters();
        p.setSignatureLevel(SignatureLevel.valueOf("CAdES_BASELINE_" + o.level()));
        return service.extendDocument(file, p);
    }

    private static KeyEntityTSPSource stamps(Order o) throws Exception {
        List<CertificateToken> chain = new ArrayList<>();
        for (String name : o.certificates()) {
            chain.add(DSSUtils.loadCertificate(new File(name)));
        }
        String algorithm = chain.get(0).getPublicKey().getAlgorithm();
        KeyEntityTSPSource stamps = new KeyEntityTSPSource(
                KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Make.read(o.key()))), chain.get(0), chain);
        stamps.setTsaPolicy(o.policy());
        stamps.setProductionTime(Date.from(Instant.parse(o.about().at())));
        return stamps;
    }

    private Extend() {}
}
