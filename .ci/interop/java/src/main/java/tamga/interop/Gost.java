package tamga.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * National signatures by Bouncy Castle: its parser (PDFBox of PDFs, Santuario of XML) takes the parts out, its
 * digests and its signer say whether they belong together. It asks for digest, signature value, a path of right
 * signatures to an anchor, the validity periods, revocation, and what a timestamp authority may do.
 */
final class Gost implements Main.Judge {
    /** What is wrong, in words; it ends the judging of a file. */
    static final class Refusal extends Exception {
        Refusal(String why) {
            super(why);
        }
    }

    Gost() throws Exception {
        NationalXml.teach();
    }

    @Override
    public Main.Answer judge(Main.Question q) throws Exception {
        try {
            Trust trust = new Trust(q);
            byte[] file = Files.readAllBytes(Path.of(q.file()));
            switch (q.kind()) {
                case "cms":
                    cms(file, content(q), trust);
                    break;
                case "xml":
                    GostXml.judge(file, content(q), trust);
                    break;
                case "timestamp":
                    timestamp(file, Files.readAllBytes(Path.of(q.content())), trust);
                    break;
                case "certificate":
                    trust.path(Certificate.getInstance(whole(file)));
                    break;
                default:
                    pdf(file, trust);
            }
        } catch (Refusal e) {
            return new Main.Answer("refused", e.getMessage());
        }
        return new Main.Answer("valid", "digest, value and path");
    }

    private static byte[] content(Main.Question q) throws IOException {
        return q.content() == null || q.content().isEmpty() ? null : Files.readAllBytes(Path.of(q.content()));
    }

    /** whole reads one element to the end of the bytes. */
    private static ASN1Primitive whole(byte[] b) throws IOException {
        return ASN1Primitive.fromByteArray(b);
    }

    /** cms judges every signer; the content is that of the file if it carries one. */
    private static List<Certificate> cms(byte[] file, byte[] content, Trust trust) throws Exception {
        ContentInfo info = ContentInfo.getInstance(whole(file));
        SignedData sd = SignedData.getInstance(info.getContent());
        ASN1Encodable carried = sd.getEncapContentInfo().getContent();
        if (carried != null) {
            byte[] inside = ASN1OctetString.getInstance(carried).getOctets();
            if (content != null && !Arrays.equals(content, inside)) {
                throw new Refusal("another content inside");
            }
            content = inside;
        }
        if (content == null) {
            throw new Refusal("no content");
        }
        List<Certificate> bag = new ArrayList<>(trust.known);
        if (sd.getCertificates() != null) {
            for (ASN1Encodable c : sd.getCertificates()) {
                bag.add(Certificate.getInstance(c));
            }
        }
        if (sd.getCRLs() != null) {
            for (ASN1Encodable l : sd.getCRLs()) {
                trust.standing.add(l);
            }
        }
        if (sd.getSignerInfos().size() == 0) {
            throw new Refusal("no signer");
        }
        List<Certificate> signers = new ArrayList<>();
        for (ASN1Encodable e : sd.getSignerInfos()) {
            SignerInfo si = SignerInfo.getInstance(e);
            Certificate c = signer(si, content, bag);
            trust.path(c, bag, proved(si, trust));
            signers.add(c);
        }
        return signers;
    }

    /** proved is the time at which a right timestamp proves a signature; without one, that of the question. */
    private static Date proved(SignerInfo si, Trust trust) throws Exception {
        if (si.getUnauthenticatedAttributes() == null) {
            return trust.at;
        }
        Attribute stamps = new AttributeTable(si.getUnauthenticatedAttributes()).get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        if (stamps == null) {
            return trust.at;
        }
        byte[] token = stamps.getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded();
        try {
            return timestamp(token, si.getEncryptedDigest().getOctets(), trust);
        } catch (Refusal e) {
            return trust.at; // it proves nothing
        }
    }

    /** signer finds the certificate under which the signature over the content is right. */
    private static Certificate signer(SignerInfo si, byte[] content, List<Certificate> bag) throws Exception {
        National.Family family = byDigest(si.getDigestAlgorithm().getAlgorithm().getId());
        byte[] signed = content;
        ASN1Set attributes = si.getAuthenticatedAttributes();
        if (attributes != null) {
            Attribute digest = new AttributeTable(attributes).get(CMSAttributes.messageDigest);
            byte[] stated = ASN1OctetString.getInstance(digest.getAttrValues().getObjectAt(0)).getOctets();
            if (!Arrays.equals(stated, family.sum(content))) {
                throw new Refusal("message digest differs");
            }
            signed = attributes.getEncoded(ASN1Encoding.DER);
        }
        IssuerAndSerialNumber named = IssuerAndSerialNumber.getInstance(si.getSID().getId());
        for (Certificate c : bag) {
            if (!c.getIssuer().equals(named.getName()) || !c.getSerialNumber().equals(named.getSerialNumber())) {
                continue;
            }
            if (!right(c.getSubjectPublicKeyInfo(), signed, si.getEncryptedDigest().getOctets())) {
                throw new Refusal("signature value is wrong");
            }
            return c;
        }
        throw new Refusal("no certificate of the signer");
    }

    /** timestamp judges a token, compares its imprint and returns its time. */
    private static Date timestamp(byte[] file, byte[] content, Trust trust) throws Exception {
        for (Certificate c : cms(file, null, trust)) {
            Extension usage = c.getTBSCertificate().getExtensions().getExtension(Extension.extendedKeyUsage);
            if (usage == null || !usage.isCritical()
                    || !Arrays.equals(ExtendedKeyUsage.getInstance(usage.getParsedValue()).getUsages(), new KeyPurposeId[] {KeyPurposeId.id_kp_timeStamping})) {
                throw new Refusal("the authority is not for timestamps alone (RFC 3161 section 2.3)");
            }
        }
        SignedData sd = SignedData.getInstance(ContentInfo.getInstance(whole(file)).getContent());
        TSTInfo info = TSTInfo.getInstance(ASN1OctetString.getInstance(sd.getEncapContentInfo().getContent()).getOctets());
        MessageImprint imprint = info.getMessageImprint();
        String digest = imprint.getHashAlgorithm().getAlgorithm().getId();
        byte[] sum = digest.equals("2.16.840.1.101.3.4.2.1") // clients may send SHA-256 to a national authority
                ? National.sum(new SHA256Digest(), content)
                : byDigest(digest).sum(content);
        if (!Arrays.equals(imprint.getHashedMessage(), sum)) {
            throw new Refusal("imprint differs");
        }
        return info.getGenTime().getDate();
    }

    /** pdf judges every signature of a file over the bytes that PDFBox says it is over. */
    private static void pdf(byte[] file, Trust trust) throws Exception {
        try (PDDocument document = Loader.loadPDF(file)) {
            List<PDSignature> all = document.getSignatureDictionaries();
            if (all.isEmpty()) {
                throw new Refusal("no signature");
            }
            for (PDSignature s : all) {
                byte[] contents = exact(s.getContents(file));
                byte[] signed = s.getSignedContent(file);
                if ("ETSI.RFC3161".equals(s.getSubFilter())) {
                    timestamp(contents, signed, trust);
                } else {
                    cms(contents, signed, trust);
                }
            }
        }
    }

    /** exact takes the padding off. */
    private static byte[] exact(byte[] padded) throws IOException {
        return ASN1Primitive.fromByteArray(Arrays.copyOf(padded, length(padded))).getEncoded();
    }

    private static int length(byte[] b) {
        int n = b[1] & 0xff;
        if (n < 0x80) {
            return 2 + n;
        }
        int count = n & 0x7f;
        n = 0;
        for (int i = 0; i < count; i++) {
            n = n << 8 | b[2 + i] & 0xff;
        }
        return 2 + count + n;
    }

    private static National.Family byDigest(String oid) throws Refusal {
        National.Family f = National.byDigest(oid);
        if (f == null) {
            throw new Refusal("digest " + oid + " is not known here");
        }
        return f;
    }

    /** right asks whether a signature is that of a key over bytes. */
    static boolean right(SubjectPublicKeyInfo key, byte[] signed, byte[] signature) throws Refusal {
        String oid = key.getAlgorithm().getAlgorithm().getId();
        National.Family f = National.byKey(oid);
        if (f == null) {
            throw new Refusal("key " + oid + " is not known here");
        }
        return National.right(f, key, f.sum(signed), signature);
    }

    /** Trust is what a question says is known and believed. */
    static final class Trust {
        private final List<Certificate> anchors = new ArrayList<>();
        final List<Certificate> known = new ArrayList<>();

        private final Date at;
        private final GostStanding standing;

        Trust(Main.Question q) throws IOException {
            at = Date.from(Instant.parse(q.at()));
            standing = new GostStanding(q, at);
            for (String name : q.anchors()) {
                anchors.add(Certificate.getInstance(Files.readAllBytes(Path.of(name))));
            }
            for (String name : q.intermediates()) {
                known.add(Certificate.getInstance(Files.readAllBytes(Path.of(name))));
            }
        }

        void path(Certificate c) throws Exception {
            path(c, known, at);
        }

        void path(Certificate c, List<Certificate> bag) throws Exception {
            path(c, bag, at);
        }

        /** path follows right signatures from a certificate to an anchor, through certificates that are good at a time. */
        void path(Certificate c, List<Certificate> bag, Date time) throws Exception {
            List<Certificate> path = new ArrayList<>(List.of(c));
            while (!anchors.contains(c)) {
                c = issuer(c, bag);
                path.add(c);
                if (path.size() > 8) {
                    throw new Refusal("the path is long");
                }
            }
            for (int i = 0; i < path.size(); i++) {
                c = path.get(i);
                if (time.before(c.getStartDate().getDate()) || time.after(c.getEndDate().getDate())) {
                    throw new Refusal("outside the validity period of " + c.getSubject());
                }
                if (i + 1 < path.size()) {
                    standing.ask(c, path.get(i + 1), time, i == 0);
                }
            }
        }

        private Certificate issuer(Certificate c, List<Certificate> bag) throws Exception {
            byte[] signed = c.getTBSCertificate().getEncoded(ASN1Encoding.DER);
            List<Certificate> all = new ArrayList<>(anchors);
            all.addAll(bag);
            for (Certificate by : all) {
                if (by.getSubject().equals(c.getIssuer()) && right(by.getSubjectPublicKeyInfo(), signed, c.getSignature().getOctets())) {
                    return by;
                }
            }
            throw new Refusal("no issuer of " + c.getSubject());
        }
    }
}
