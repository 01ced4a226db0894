import com.sun.org.apache.xml.internal.security.Init;
import com.sun.org.apache.xml.internal.security.c14n.Canonicalizer;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Writes the canonical forms of every element of every file, a line each. */
public class Subsets {
    private static final String[] METHODS = {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2001/10/xml-exc-c14n# p #default",
    };

    public static void main(String[] args) throws Exception {
        Init.init();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        for (String file : args) {
            Document document = factory.newDocumentBuilder().parse(Path.of(file).toFile());
            NodeList all = document.getElementsByTagName("*");
            for (int i = 0; i < all.getLength(); i++) {
                for (String method : METHODS) {
                    String[] parts = method.split(" ", 2);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    Canonicalizer c = Canonicalizer.getInstance(parts[0]);
                    if (parts.length == 1) {
                        c.canonicalizeSubtree(all.item(i), out);
                    } else {
                        c.canonicalizeSubtree(all.item(i), parts[1], out);
                    }
                    System.out.println(Base64.getEncoder().encodeToString(out.toByteArray()));
                }
            }
        }
    }
}
