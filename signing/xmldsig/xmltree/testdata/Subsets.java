import com.sun.org.apache.xml.internal.security.Init;
import com.sun.org.apache.xml.internal.security.c14n.Canonicalizer;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.nio.file.Path;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** Writes the canonical forms of every element of every file, a line each; "-" for a file that is not read. */
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
            Document document;
            try {
                DocumentBuilder builder = factory.newDocumentBuilder();
                builder.setErrorHandler(null);
                document = builder.parse(Path.of(file).toFile());
            } catch (SAXException | CharConversionException e) {
                System.out.println("-");
                continue;
            }
            int elements = document.getElementsByTagName("*").getLength();
            for (int i = 0; i < elements; i++) {
                for (String method : METHODS) {
                    // A canonicalisation may write into the document.
                    Node element = ((Document) document.cloneNode(true)).getElementsByTagName("*").item(i);
                    String[] parts = method.split(" ", 2);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    Canonicalizer c = Canonicalizer.getInstance(parts[0]);
                    try {
                        if (parts.length == 1) {
                            c.canonicalizeSubtree(element, out);
                        } else {
                            c.canonicalizeSubtree(element, parts[1], out);
                        }
                    } catch (RuntimeException e) {
                        System.out.println("-");
                        continue;
                    }
                    System.out.println(Base64.getEncoder().encodeToString(out.toByteArray()));
                }
            }
        }
    }
}
