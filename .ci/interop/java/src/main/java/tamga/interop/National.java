package tamga.interop;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cryptopro.CryptoProObjectIdentifiers;
import org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.rosstandart.RosstandartObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.GOST3411Digest;
import org.bouncycastle.crypto.digests.GOST3411_2012_256Digest;
import org.bouncycastle.crypto.digests.GOST3411_2012_512Digest;
import org.bouncycastle.crypto.engines.GOST28147Engine;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.ECGOST3410Signer;

/** Kazakhstan's families of GOST, by Bouncy Castle's digests, curves and signer, under the national identifiers. */
final class National {
    private static final String XML = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:";
    private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";

    /** A family: what stands under the identifiers of its keys, digests and signatures, in ASN.1 and in XML. */
    record Family(String key, String digest, String signature, String xmlDigest, String xmlSignature,
            ASN1ObjectIdentifier curve, int size, Supplier<Digest> hash) {
        byte[] sum(byte[] b) {
            return National.sum(hash.get(), b);
        }

        ECDomainParameters domain() {
            X9ECParameters c = ECGOST3410NamedCurves.getByOIDX9(curve);
            return new ECDomainParameters(c.getCurve(), c.getG(), c.getN(), c.getH());
        }
    }

    static final List<Family> FAMILIES = List.of(
            new Family("1.2.398.3.10.1.1.1.1", "1.2.398.3.10.1.3.1", "1.2.398.3.10.1.1.1.2",
                    MORE + "gost34311", MORE + "gost34310-gost34311",
                    CryptoProObjectIdentifiers.gostR3410_2001_CryptoPro_A, 32, () -> new GOST3411Digest(GOST28147Engine.getSBox("D-Test"))),
            new Family("1.2.398.3.10.1.1.2.1", "1.2.398.3.10.1.3.2", "1.2.398.3.10.1.1.2.3.1",
                    XML + "gostr34112015-256", XML + "gostr34102015-gostr34112015-256",
                    RosstandartObjectIdentifiers.id_tc26_gost_3410_12_256_paramSetA, 32, GOST3411_2012_256Digest::new),
            new Family("1.2.398.3.10.1.1.2.2", "1.2.398.3.10.1.3.3", "1.2.398.3.10.1.1.2.3.2",
                    XML + "gostr34112015-512", XML + "gostr34102015-gostr34112015-512",
                    RosstandartObjectIdentifiers.id_tc26_gost_3410_12_512_paramSetA, 64, GOST3411_2012_512Digest::new));

    /** The family of a key, null for one of elsewhere. */
    static Family byKey(String oid) {
        return FAMILIES.stream().filter(f -> f.key.equals(oid)).findFirst().orElse(null);
    }

    static Family byDigest(String oid) {
        return FAMILIES.stream().filter(f -> f.digest.equals(oid)).findFirst().orElse(null);
    }

    static byte[] sum(Digest d, byte[] b) {
        d.update(b, 0, b.length);
        byte[] out = new byte[d.getDigestSize()];
        d.doFinal(out, 0);
        return out;
    }

    /** right asks whether a signature, r and s with their lowest byte first, is that of a key over a digest. */
    static boolean right(Family f, SubjectPublicKeyInfo key, byte[] digest, byte[] signature) {
        byte[] point = ASN1OctetString.getInstance(key.getPublicKeyData().getOctets()).getOctets();
        if (point.length != 2 * f.size || signature.length != 2 * f.size) {
            return false;
        }
        ECDomainParameters domain = f.domain();
        ECGOST3410Signer signer = new ECGOST3410Signer();
        signer.init(false, new ECPublicKeyParameters(
                domain.getCurve().createPoint(number(point, 0, f.size), number(point, f.size, f.size)), domain));
        return signer.verifySignature(digest, number(signature, 0, f.size), number(signature, f.size, f.size));
    }

    /** sign makes a signature, r and s with their lowest byte first. */
    static byte[] sign(Family f, PrivateKeyInfo key, byte[] digest) throws Exception {
        ASN1Encodable content = key.parsePrivateKey();
        BigInteger d = content instanceof ASN1Integer
                ? ((ASN1Integer) content).getValue()
                : number(ASN1OctetString.getInstance(content).getOctets(), 0, f.size);
        ECGOST3410Signer signer = new ECGOST3410Signer();
        signer.init(true, new ParametersWithRandom(new ECPrivateKeyParameters(d, f.domain()), new SecureRandom()));
        BigInteger[] rs = signer.generateSignature(digest);
        byte[] out = new byte[2 * f.size];
        for (int i = 0; i < f.size; i++) {
            out[i] = rs[0].shiftRight(8 * i).byteValue();
            out[f.size + i] = rs[1].shiftRight(8 * i).byteValue();
        }
        return out;
    }

    /** number reads one whose lowest byte comes first. */
    private static BigInteger number(byte[] b, int at, int size) {
        byte[] high = new byte[size];
        for (int i = 0; i < size; i++) {
            high[i] = b[at + size - 1 - i];
        }
        return new BigInteger(1, high);
    }

    private National() {}
}
