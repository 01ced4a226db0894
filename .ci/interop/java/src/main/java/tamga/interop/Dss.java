package tamga.interop;

import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplecertificatereport.SimpleCertificateReport;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.CertificateValidator;
import eu.europa.esig.dss.validation.timestamp.DetachedTimestampValidator;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;

/**
 * EU DSS, offline: everything it may know comes with the question. Its default policy only warns of
 * some matters that a verifier must be strict about; those are made to fail.
 */
final class Dss implements Main.Judge {
    private final String policy = strict("/policy/constraint.xml");
    /** Plain XML signatures have no signed properties, and so no place for a signing time. */
    private final String xmlPolicy = policy.replaceAll(
            "<(SigningTime|MessageDigestOrSignedPropertiesPresent) Level=\"FAIL\"", "<$1 Level=\"WARN\"");
    private final String certificatePolicy = strict("/policy/certificate-constraint.xml");

    private static String strict(String resource) {
        try (InputStream in = SignedDocumentValidator.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("<(DocMDP|FieldMDP|SigFieldLock|UndefinedChanges|SelfIssuedOCSP) Level=\"WARN\"", "<$1 Level=\"FAIL\"")
                    .replaceAll("<RevocationFreshness [^>]*/>", "<RevocationFreshnessNextUpdate Level=\"FAIL\" />");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Main.Answer judge(Main.Question q) throws Exception {
        CommonCertificateVerifier verifier;
        try {
            verifier = verifier(q);
        } catch (DSSException e) {
            return new Main.Answer("unsupported", "certificates of the authority: " + e.getMessage());
        }
        Date at = Date.from(Instant.parse(q.at()));
        DSSDocument file = new FileDocument(q.file());
        switch (q.kind()) {
            case "certificate": {
                CertificateToken c = DSSUtils.loadCertificate(new File(q.file()));
                CertificateValidator v = CertificateValidator.fromCertificate(c);
                v.setCertificateVerifier(verifier);
                v.setValidationTime(at);
                SimpleCertificateReport r = v.validate(stream(certificatePolicy)).getSimpleReport();
                String id = r.getCertificateIds().get(0);
                return answer(r.getCertificateIndication(id), r.getCertificateSubIndication(id), "");
            }
            case "timestamp": {
                DetachedTimestampValidator v = new DetachedTimestampValidator(file);
                v.setTimestampedData(new FileDocument(q.content()));
                v.setCertificateVerifier(verifier);
                v.setValidationTime(at);
                SimpleReport r = v.validateDocument(stream(policy)).getSimpleReport();
                return worst(r, r.getTimestampIdList());
            }
            default: {
                SignedDocumentValidator v = SignedDocumentValidator.fromDocument(file);
                v.setCertificateVerifier(verifier);
                v.setValidationTime(at);
                if (q.content() != null && !q.content().isEmpty()) {
                    FileDocument content = new FileDocument(q.content());
                    content.setName("content.txt"); // as the references of XML signatures call it
                    v.setDetachedContents(List.of(content));
                }
                if (q.signer() != null && !q.signer().isEmpty()) {
                    CommonCertificateSource signer = new CommonCertificateSource();
                    signer.addCertificate(DSSUtils.loadCertificate(new File(q.signer())));
                    v.setSigningCertificateSource(signer); // for signatures that do not name it
                }
                String rules = q.kind().equals("xml") ? xmlPolicy : policy;
                SimpleReport r = v.validateDocument(stream(rules)).getSimpleReport();
                List<String> ids = new ArrayList<>(r.getSignatureIdList());
                if (q.kind().equals("pdf")) {
                    ids.addAll(r.getTimestampIdList()); // document timestamps, and those in signatures
                }
                return worst(r, ids);
            }
        }
    }

    static CommonCertificateVerifier verifier(Main.Question q) throws Exception {
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        for (String f : q.anchors()) {
            anchors.addCertificate(DSSUtils.loadCertificate(new File(f)));
        }
        CommonCertificateSource intermediates = new CommonCertificateSource();
        for (String f : q.intermediates()) {
            intermediates.addCertificate(DSSUtils.loadCertificate(new File(f)));
        }
        CommonCertificateVerifier v = new CommonCertificateVerifier();
        v.setTrustedCertSources(anchors);
        v.setAdjunctCertSources(intermediates);
        v.setAIASource(null);
        v.setCrlSource(new ExternalResourcesCRLSource(readable(q.crls(), ExternalResourcesCRLSource::new)));
        v.setOcspSource(new ExternalResourcesOCSPSource(readable(q.ocsps(), ExternalResourcesOCSPSource::new)));
        return v;
    }

    /** The files that can be loaded: what cannot be read says nothing about anybody. */
    private static DSSDocument[] readable(String[] files, Consumer<DSSDocument[]> load) {
        List<DSSDocument> out = new ArrayList<>();
        for (String f : files) {
            DSSDocument d = new FileDocument(f);
            try {
                load.accept(new DSSDocument[] {d});
                out.add(d);
            } catch (DSSException e) {
                System.err.println(f + ": " + e.getMessage());
            }
        }
        return out.toArray(new DSSDocument[0]);
    }

    /** The worst of the answers about all signatures: one bad one spoils the file. */
    private static Main.Answer worst(SimpleReport r, List<String> ids) {
        Main.Answer worst = null;
        for (String id : ids) {
            Main.Answer a = answer(r.getIndication(id), r.getSubIndication(id),
                    r.getSignatureFormat(id) + " " + messages(r, id));
            if (worst == null || rank(a) > rank(worst)) {
                worst = a;
            }
        }
        return worst == null ? new Main.Answer("unreadable", "no signature") : worst;
    }

    private static String messages(SimpleReport r, String id) {
        List<String> out = new ArrayList<>();
        r.getAdESValidationErrors(id).forEach(m -> out.add(m.getValue()));
        r.getAdESValidationWarnings(id).forEach(m -> out.add("(" + m.getValue() + ")"));
        return String.join(" ", out);
    }

    private static int rank(Main.Answer a) {
        return List.of("valid", "indeterminate", "invalid").indexOf(a.verdict());
    }

    private static Main.Answer answer(Indication i, SubIndication s, String more) {
        String detail = (s == null ? "" : s + " ") + more;
        if (i == Indication.TOTAL_PASSED || i == Indication.PASSED) {
            return new Main.Answer("valid", detail.trim());
        }
        if (i == Indication.TOTAL_FAILED || i == Indication.FAILED) {
            return new Main.Answer("invalid", detail.trim());
        }
        return new Main.Answer("indeterminate", detail.trim());
    }
}
