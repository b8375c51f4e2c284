"The corpus that comes with the package: how it is made, and that it can be learnt from."

(import
  os
  re
  subprocess
  sys
  pytest
  lstm-textgen.prep [default-prep]
  lstm-textgen.recipes [load-recipe]
  tests.helpers [ROOT])

(setv LOL (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8"))


(defn [pytest.fixture] recipe-file [tmp-path]
  "A copy of the grammar in a folder of its own."
  (for [name ["lol.hy" "lol_words.hy"]]
    (.write-bytes (/ tmp-path name) (.read-bytes (/ ROOT "corpora" name))))
  (/ tmp-path "lol.hy"))


(defn test-the-grammar-writes-the-same-bytes-each-time [recipe-file]
  (subprocess.run [sys.executable "-m" "hy" (str recipe-file)]
    :check True
    :env {#** os.environ  "PYTHONPATH" (str ROOT)})
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
  (setv jokes (re.findall r"([A-Z]+):.* who is there\?\n[A-Z]+: (.*)\.\n([A-Z]+): (.*) who\?\n" LOL))
  (assert (> (len jokes) 100))
  (for [[asker name again asked] jokes]
    (assert (= [asker name] [again asked]))))
