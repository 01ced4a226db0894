package tamga.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.Enumeration;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.OtherRevocationInfoFormat;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.TBSCertList;

/**
 * What lists and responses say of certificates with national keys, at the time of a question. A list or response
 * counts if it is signed for the issuer and is not too old; what is not readable says nothing.
 */
final class GostStanding {
    private final Date at;
    private final List<CertificateList> lists = new ArrayList<>();
    private final List<BasicOCSPResponse> responses = new ArrayList<>();

    GostStanding(Main.Question q, Date at) throws IOException {
        this.at = at;
        for (String name : q.crls()) {
            add(ASN1Primitive.fromByteArray(Files.readAllBytes(Path.of(name))));
        }
        for (String name : q.ocsps()) {
            try {
                response(OCSPResponse.getInstance(Files.readAllBytes(Path.of(name))));
            } catch (IllegalArgumentException e) {
                System.err.println(name + ": " + e);
            }
        }
    }

    private void response(OCSPResponse r) {
        if (r.getResponseBytes() != null) {
            responses.add(BasicOCSPResponse.getInstance(r.getResponseBytes().getResponse().getOctets()));
        }
    }

    /** add takes a list or a response from a CMS. */
    void add(ASN1Encodable info) {
        try {
            if (!(info.toASN1Primitive() instanceof ASN1TaggedObject)) {
                lists.add(CertificateList.getInstance(info));
                return;
            }
            OtherRevocationInfoFormat other = OtherRevocationInfoFormat.getInstance((ASN1TaggedObject) info.toASN1Primitive(), false);
            if (other.getInfoFormat().equals(CMSObjectIdentifiers.id_ri_ocsp_response)) {
                response(OCSPResponse.getInstance(other.getInfo()));
            }
        } catch (IllegalArgumentException e) {
            System.err.println("revocation information: " + e);
        }
    }

    /** ask refuses a certificate that was revoked by a time, and where it must be known, one of which nothing is. */
    void ask(Certificate c, Certificate issuer, Date time, boolean must) throws Exception {
        boolean known = false;
        for (CertificateList l : lists) {
            if (!l.getIssuer().equals(c.getIssuer()) || !current(l.getThisUpdate().getDate(), l.getNextUpdate() == null ? null : l.getNextUpdate().getDate())
                    || !Gost.right(issuer.getSubjectPublicKeyInfo(), l.getTBSCertList().getEncoded(ASN1Encoding.DER), l.getSignature().getOctets())) {
                continue;
            }
            Extensions of = l.getTBSCertList().getExtensions();
            known |= of == null || of.getExtension(Extension.deltaCRLIndicator) == null;
            for (Enumeration<?> all = l.getRevokedCertificateEnumeration(); all.hasMoreElements();) {
                TBSCertList.CRLEntry e = (TBSCertList.CRLEntry) all.nextElement();
                if (e.getUserCertificate().equals(c.getSerialNumber()) && !e.getRevocationDate().getDate().after(time)) {
                    throw new Gost.Refusal("revoked");
                }
            }
        }
        for (BasicOCSPResponse r : responses) {
            known |= says(r, c, issuer, time);
        }
        if (must && !known) {
            throw new Gost.Refusal("nothing tells whether it was revoked");
        }
    }

    private boolean current(Date from, Date to) {
        return !from.after(at) && to != null && !to.before(at);
    }

    /** says whether a response is about a certificate; one that is revoked is refused. */
    private boolean says(BasicOCSPResponse r, Certificate c, Certificate issuer, Date time) throws Exception {
        if (!signed(r, issuer)) {
            return false;
        }
        boolean known = false;
        for (ASN1Encodable e : r.getTbsResponseData().getResponses()) {
            SingleResponse one = SingleResponse.getInstance(e);
            Date next = one.getNextUpdate() == null ? null : one.getNextUpdate().getDate();
            if (!one.getCertID().getSerialNumber().equals(c.getSerialNumber()) || !current(one.getThisUpdate().getDate(), next)) {
                continue;
            }
            if (one.getCertStatus().getTagNo() != 0) {
                throw new Gost.Refusal("not good, says the responder");
            }
            known = true;
        }
        return known;
    }

    /** signed asks whether the issuer answers, or a responder that it has made one. */
    private boolean signed(BasicOCSPResponse r, Certificate issuer) throws Exception {
        byte[] data = r.getTbsResponseData().getEncoded(ASN1Encoding.DER);
        byte[] value = r.getSignature().getOctets();
        if (Gost.right(issuer.getSubjectPublicKeyInfo(), data, value)) {
            return true;
        }
        if (r.getCerts() == null) {
            return false;
        }
        for (ASN1Encodable e : r.getCerts()) {
            Certificate by = Certificate.getInstance(e);
            Extensions of = by.getTBSCertificate().getExtensions();
            Extension usage = of == null ? null : of.getExtension(Extension.extendedKeyUsage);
            if (usage != null && ExtendedKeyUsage.getInstance(usage.getParsedValue()).hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
                    && !at.before(by.getStartDate().getDate()) && !at.after(by.getEndDate().getDate())
                    && Gost.right(issuer.getSubjectPublicKeyInfo(), by.getTBSCertificate().getEncoded(ASN1Encoding.DER), by.getSignature().getOctets())
                    && Gost.right(by.getSubjectPublicKeyInfo(), data, value)) {
                return true;
            }
        }
        return false;
    }
}
