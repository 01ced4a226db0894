package tamga.interop;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;

/** Gives Bouncy Castle's CMS generators the national algorithms, which they know under no identifier. */
record NationalCms(National.Family family, PrivateKeyInfo key) implements DigestCalculatorProvider {
    AlgorithmIdentifier digest() {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(family.digest()));
    }

    @Override
    public DigestCalculator get(AlgorithmIdentifier id) throws OperatorCreationException {
        if (!id.equals(digest())) {
            throw new OperatorCreationException("another digest: " + id.getAlgorithm());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new DigestCalculator() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return id;
            }

            @Override
            public OutputStream getOutputStream() {
                return bytes;
            }

            @Override
            public byte[] getDigest() {
                return family.sum(bytes.toByteArray());
            }
        };
    }

    ContentSigner signer() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return new AlgorithmIdentifier(new ASN1ObjectIdentifier(family.signature()));
            }

            @Override
            public OutputStream getOutputStream() {
                return bytes;
            }

            @Override
            public byte[] getSignature() {
                try {
                    return National.sign(family, key, family.sum(bytes.toByteArray()));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }
}
