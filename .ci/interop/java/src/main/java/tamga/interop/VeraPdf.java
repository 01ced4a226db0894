package tamga.interop;

import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** veraPDF: does a file keep the rules of the profile that is asked for, such as 2b or ua1? */
final class VeraPdf implements Main.Judge {
    VeraPdf() {
        VeraGreenfieldFoundryProvider.initialise();
    }

    @Override
    public Main.Answer judge(Main.Question q) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(q.profile());
        try (FileInputStream in = new FileInputStream(q.file());
                PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            Map<String, Integer> failed = new TreeMap<>();
            for (TestAssertion a : result.getTestAssertions()) {
                if (a.getStatus() == TestAssertion.Status.FAILED) {
                    failed.merge(a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber(), 1, Integer::sum);
                }
            }
            return new Main.Answer(result.isCompliant() ? "valid" : "invalid", String.join(" ", failed.keySet()));
        }
    }
}
