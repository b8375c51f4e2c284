"HTML written as Hy forms."

(eval-when-compile (require lstm-textgen.pages.markup [html]))
(import
  pytest
  lstm-textgen.pages.markup [Html])

(setv
  pytestmark pytest.mark.quick
  HOSTILE "<b>\"&'\x1b")


(defn test-values-and-texts-are-escaped-in-content-and-attributes []
  (assert (= (html (p :class HOSTILE "R&D: " HOSTILE))
    (+ "<p class=\"&lt;b&gt;&quot;&amp;&#x27;␛\">R&amp;D: "
      "&lt;b&gt;&quot;&amp;&#x27;␛</p>"))))


(defn test-html-is-kept []
  (setv bold (html (strong HOSTILE)))
  (assert (isinstance bold Html))
  (assert (= (html (p bold)) f"<p>{bold}</p>")))


(defn [(pytest.mark.parametrize #("made" "expected") [
    #((html (p (when False 1) [1 #("a" [(html (br))])])) "<p>1a<br></p>")
    #((html (ul (for [k (range 4)  :if (% k 2)  :setv n (* 2 k)] (li k ":") n)))
      "<ul><li>1:</li>2<li>3:</li>6</ul>")
    #((html (td) (br) (rect :x "{" :y 1)) "<td></td><br><rect x=\"{\" y=\"1\"/>")
    #((html (p (.join "<" ["a" "b"]) (+ 1 2))) "<p>a&lt;b3</p>")]
    :ids ["None and lists" "a loop has clauses" "ends by kind" "other forms are code"])]
    test-forms-become-html [made expected]
  (assert (= made expected)))
