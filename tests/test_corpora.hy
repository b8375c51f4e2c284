"The corpus that comes with the package: how it is made, and that it can be learnt from."

(import
  re
  pytest
  lstm-textgen.prep [default-prep]
  lstm-textgen.text.recipes [load-recipe]
  tests.helpers [ROOT run-python succeeded])

(setv
  pytestmark pytest.mark.quick
  LOL (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8"))


(defn [pytest.fixture] recipe-file [tmp-path]
  "A copy of the grammar in a folder of its own."
  (for [name ["lol.hy" "lol_words.hy"]]
    (.write-bytes (/ tmp-path name) (.read-bytes (/ ROOT "corpora" name))))
  (/ tmp-path "lol.hy"))


(defn test-the-grammar-writes-the-same-bytes-each-time [recipe-file]
  (succeeded (run-python "-c" "import hy, runpy; runpy.run_module('lol', run_name='__main__')"
    :cwd recipe-file.parent))
  (assert (= (.read-bytes (.with-suffix recipe-file ".txt")) (.encode LOL))))


(defn test-reading-the-recipe-writes-nothing [recipe-file]
  (setv lol (load-recipe recipe-file))
  (assert (= [lol.name lol.folder] ["lol" recipe-file.parent]))
  (assert (= (get lol.settings "sources") ["lol.txt"]))
  (assert (not (.exists (.with-suffix recipe-file ".txt"))))
  (assert (= (lol.prep (default-prep LOL)) LOL)))


(defn test-the-text-is-large-and-its-alphabet-small []
  (assert (> (len LOL) 200_000))
  (assert (< (len (set LOL)) 90))
  (assert (= (default-prep LOL) LOL)))


(defn test-nothing-of-the-grammar-shows []
  (assert (not (re.search r"[{}|;_]|\b[Aa] [aeioé]|  | $|\n\n\n" LOL :flags re.MULTILINE))))


(defn test-pieces-differ-and-have-a-shape []
  (setv pieces (.split (.rstrip LOL) "\n\n"))
  (assert (> (len pieces) 1000))
  (assert (= (len (set pieces)) (len pieces)))
  (for [kind ["knock, knock!" "There once was" "LOST: " "WEATHER for " "RECIPE for " "heylo"]]
    (assert (> (sum (gfor piece pieces (in kind piece))) 20))))


(defn test-who-is-there-is-who-was-asked-for []
  (setv
    joke r"([A-Z]+):.* who is there\?\n[A-Z]+: (.*)\.\n([A-Z]+): (.*) who\?\n"
    jokes (re.findall joke LOL))
  (assert (> (len jokes) 100))
  (for [[asker name again asked] jokes]
    (assert (= [asker name] [again asked]))))
