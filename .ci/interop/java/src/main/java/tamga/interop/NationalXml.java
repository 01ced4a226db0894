package tamga.interop;

import java.io.ByteArrayOutputStream;
import java.security.Key;
import java.security.MessageDigestSpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import org.apache.xml.security.Init;
import org.apache.xml.security.algorithms.JCEMapper;
import org.apache.xml.security.algorithms.SignatureAlgorithm;
import org.apache.xml.security.algorithms.SignatureAlgorithmSpi;
import org.apache.xml.security.signature.XMLSignatureException;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.Digest;

/** Teaches Apache Santuario the national algorithms, which are Bouncy Castle's work. */
final class NationalXml {
    private static final List<Class<? extends SignatureAlgorithmSpi>> SIGNERS =
            List.of(Value2004.class, Value256.class, Value512.class);

    static void teach() throws Exception {
        Init.init();
        Digests provider = new Digests();
        for (int i = 0; i < SIGNERS.size(); i++) {
            National.Family f = National.FAMILIES.get(i);
            provider.add(f);
            JCEMapper.register(f.xmlDigest(), new JCEMapper.Algorithm("", f.digest(), "MessageDigest"));
            SignatureAlgorithm.register(f.xmlSignature(), SIGNERS.get(i));
        }
        Security.addProvider(provider);
    }

    /** A public key under national identifiers. */
    record Public(SubjectPublicKeyInfo info) implements PublicKey {
        @Override
        public String getAlgorithm() {
            return info.getAlgorithm().getAlgorithm().getId();
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            throw new UnsupportedOperationException();
        }
    }

    /** A private key under national identifiers. */
    record Private(PrivateKeyInfo info) implements PrivateKey {
        @Override
        public String getAlgorithm() {
            return info.getPrivateKeyAlgorithm().getAlgorithm().getId();
        }

        @Override
        public String getFormat() {
            return "PKCS#8";
        }

        @Override
        public byte[] getEncoded() {
            throw new UnsupportedOperationException();
        }
    }

    /** The digests, under their object identifiers. */
    private static final class Digests extends Provider {
        Digests() {
            super("national", "1", "national digests by Bouncy Castle");
        }

        void add(National.Family f) {
            putService(new Service(this, "MessageDigest", f.digest(), Sum.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new Sum(f.hash().get());
                }
            });
        }
    }

    private static final class Sum extends MessageDigestSpi {
        private final Digest digest;

        Sum(Digest digest) {
            this.digest = digest;
        }

        @Override
        protected void engineUpdate(byte b) {
            digest.update(b);
        }

        @Override
        protected void engineUpdate(byte[] b, int at, int n) {
            digest.update(b, at, n);
        }

        @Override
        protected byte[] engineDigest() {
            byte[] out = new byte[digest.getDigestSize()];
            digest.doFinal(out, 0);
            return out;
        }

        @Override
        protected void engineReset() {
            digest.reset();
        }
    }

    public static final class Value2004 extends Value {
        public Value2004() {
            super(National.FAMILIES.get(0));
        }
    }

    public static final class Value256 extends Value {
        public Value256() {
            super(National.FAMILIES.get(1));
        }
    }

    public static final class Value512 extends Value {
        public Value512() {
            super(National.FAMILIES.get(2));
        }
    }

    /** The value over what is signed. A key of another family is none that it takes. */
    private abstract static class Value extends SignatureAlgorithmSpi {
        private final National.Family family;
        private final ByteArrayOutputStream signed = new ByteArrayOutputStream();
        private Key key;

        Value(National.Family family) {
            this.family = family;
        }

        private byte[] digest() {
            byte[] sum = family.sum(signed.toByteArray());
            signed.reset();
            return sum;
        }

        private void init(Key k) throws XMLSignatureException {
            if (!k.getAlgorithm().equals(family.key())) {
                throw new XMLSignatureException("empty", new Object[] {"a key of another family"});
            }
            key = k;
            signed.reset();
        }

        @Override
        protected String engineGetURI() {
            return family.xmlSignature();
        }

        @Override
        protected String engineGetJCEAlgorithmString() {
            return family.signature();
        }

        @Override
        protected String engineGetJCEProviderName() {
            return "national";
        }

        @Override
        protected void engineUpdate(byte[] b) {
            signed.writeBytes(b);
        }

        @Override
        protected void engineUpdate(byte b) {
            signed.write(b);
        }

        @Override
        protected void engineUpdate(byte[] b, int at, int n) {
            signed.write(b, at, n);
        }

        @Override
        protected void engineInitSign(Key k) throws XMLSignatureException {
            init(k);
        }

        @Override
        protected void engineInitSign(Key k, SecureRandom random) throws XMLSignatureException {
            init(k);
        }

        @Override
        protected void engineInitSign(Key k, AlgorithmParameterSpec spec) throws XMLSignatureException {
            init(k);
        }

        @Override
        protected byte[] engineSign() throws XMLSignatureException {
            try {
                return National.sign(family, ((Private) key).info(), digest());
            } catch (Exception e) {
                throw new XMLSignatureException(e);
            }
        }

        @Override
        protected void engineInitVerify(Key k) throws XMLSignatureException {
            init(k);
        }

        @Override
        protected boolean engineVerify(byte[] value) {
            return National.right(family, ((Public) key).info(), digest(), value);
        }

        @Override
        protected void engineSetParameter(AlgorithmParameterSpec spec) {}

        @Override
        protected void engineSetHMACOutputLength(int n) {}
    }

    private NationalXml() {}
}
