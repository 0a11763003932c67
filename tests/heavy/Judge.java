/*
 * Java's own certificate path validator as a judge.
 * usage: java Judge.java crl|ocsp ROOT SUB LEAF FILE...
 *   crl:  FILEs are CRLs of every authority in the chain
 *   ocsp: FILE is one OCSP answer for LEAF
 * Prints "valid", or "revoked REASON", or "refused: why".
 */
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

public class Judge {
    static CertificateFactory factory;

    static X509Certificate certificate(String path) throws Exception {
        try (InputStream in = new FileInputStream(path)) {
            return (X509Certificate) factory.generateCertificate(in);
        }
    }

    public static void main(String[] args) throws Exception {
        factory = CertificateFactory.getInstance("X.509");
        boolean ocsp = args[0].equals("ocsp");
        X509Certificate leaf = certificate(args[3]);
        CertPath path = factory.generateCertPath(List.of(leaf, certificate(args[2])));
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXParameters parameters =
            new PKIXParameters(Set.of(new TrustAnchor(certificate(args[1]), null)));
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        Set<PKIXRevocationChecker.Option> options =
            EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK);
        if (ocsp) {
            options.add(PKIXRevocationChecker.Option.ONLY_END_ENTITY);
            checker.setOcspResponses(Map.of(leaf, Files.readAllBytes(Path.of(args[4]))));
        } else {
            options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
            List<Object> crls = new ArrayList<>();
            for (int i = 4; i < args.length; i++) {
                try (InputStream in = new FileInputStream(args[i])) {
                    crls.add(factory.generateCRL(in));
                }
            }
            parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
        }
        checker.setOptions(options);
        parameters.addCertPathChecker(checker);
        try {
            validator.validate(path, parameters);
            System.out.println("valid");
        } catch (CertPathValidatorException e) {
            if (e.getCause() instanceof CertificateRevokedException) {
                System.out.println(
                    "revoked " + ((CertificateRevokedException) e.getCause()).getRevocationReason());
            } else {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }
}
