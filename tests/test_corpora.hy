"The corpora: lol.txt and its recipe; the recipes of the base models."

(import
  gzip
  importlib [import-module]
  json
  re
  numpy :as np
  pytest
  lstm-textgen.prep [default-prep]
  lstm-textgen.recipes [load-recipe]
  tests.helpers [ROOT run-hy run-python small-model succeeded])

(setv
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


(defn test-the-text-is-large-its-alphabet-small-and-nothing-of-the-grammar-shows []
  (assert (> (len LOL) 200_000))
  (assert (< (len (set LOL)) 90))
  (assert (= (default-prep LOL) LOL))
  (assert (not (re.search r"[{}|;_]|\b[Aa] [aeioé]|  | $|\n\n\n" LOL :flags re.MULTILINE))))


(defn test-no-slot-of-the-guides-samples-is-left-unfilled []
  (setv text (succeeded (run-hy "(import samples) (for [kind samples.KINDS] (samples.main kind))"
    :cwd (/ ROOT "corpora"))))
  (assert (and (in "Wizard," text) (not-in "{" text))))


;; * The base models' recipes

(setv
  PAGES {
    "german" "»Die Thür steht offen,« sagte Effi, »ich weiß, daß Du's warst – – und dann ...«

■ Was der Scanner nicht las.

Ein Zigeuner kam des Weges.

XIV.

Es war ein schöner Tag [3], so zwischen zwei Bäumen im Grünen, wie das Verhältniß es ergab."
    "french" "— Jamais ! dit Thérèse en riant ; vous n'y pensez pas, mon ami...

«Est-ce vous, ma soeur ?

* * *

Un nègre passait.

\\(Il leva les yeux{1} vers le ciel où passaient deux oiseaux.\\)"
    "spanish" "-¿Qué habia dicho? -preguntó Juan-. ¡ No lo sé!

—Nada, señor,—contestó el portero.

Pasó un cafre.

Fué á la ciudad con dos amigos; _La Marquesa_ llegó despues con el corazon roto."})


(defn made-by [name [times 4000]]
  "Return what the recipe of the base `name` makes of its page, read so many times."
  ((. (load-recipe (/ ROOT "corpora" f"{name}.hy")) prep)
    (.join "\n\n" (* [(get PAGES name)] times))))


(defn [(pytest.mark.parametrize "name,some,none" [
    ["german" ["„Die Tür steht offen,“" "»Die Tür" "\"Die Tür" "dass" "daß" "Du’s" "Verhältnis es"
      "2 Bäumen" "effi" "Tag, so" "März" "Viele Grüße"] "Th|■|Zigeuner|XIV|\\[3|— –|  "]
    ["french" ["Jamais !" "Jamais\u00a0!" "Jamais!" "— Est-ce vous, ma sœur" "– Jamais" "2 oiseaux"
      "n’y" "pensez pas, mon ami…" "Bonjour " "août"] "nègre|\\*|soeur|\\\\|\\{"]
    ["spanish" ["—¿Qué había dicho? —preguntó Juan—. ¡No lo sé!" "-Nada, señor -contestó el"
      "Fue a la ciudad" "después" "corazón" "2 amigos" "Hola" ": Nada, señor"] "cafre|_| á "]])]
    test-old-books-get-today-s-marks-and-forms [name some none]
  (setv made (made-by name))
  (assert (= (lfor each some :if (not-in each made) each) []))
  (assert (= (set (re.findall none made)) (set)))
  (assert (= (made-by name 400) (made-by name 400))))


(defn test-english-learns-old-and-modern-texts-in-their-forms [tmp-path monkeypatch]
  (.syspath-prepend monkeypatch (/ ROOT "corpora"))
  (setv text (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8"))
  (for [[name content] [["old/a" text]  ["modern/stories__a" text]
      ["modern/chats__b" "Anna: Hello!\nBen: Hi, a darky!\n\nAnna: Bye.\nBen: See you."]]]
    (setv path (/ tmp-path f"{name}.txt.gz"))
    (.mkdir path.parent :exist-ok True)
    (with [file (gzip.open path "wt" :encoding "utf-8")] (.write file content)))
  (setv made (.training-text (import-module "english")
    (/ tmp-path "old") (/ tmp-path "modern")))
  (assert (not-in "darky" (.lower made)))
  (assert (re.search "(?i)anna[:>.]? *\n?bye" made)))


(defn test-the-weights-of-two-models-can-be-averaged [monkeypatch]
  (.syspath-prepend monkeypatch (/ ROOT "corpora"))
  (setv [first second other] (lfor text ["ab" "ab" "abc"] (small-model :text text)))
  (setv second.weights (lfor w first.weights (+ w 1)))
  (setv averages (. (.average (import-module "average") first second 0.7) weights))
  (for [[a b] (zip first.weights averages)] (assert (np.allclose (+ a 0.7) b :atol 1e-6)))
  (with [_ (pytest.raises ValueError :match "different vocabularies")]
    (.average (import-module "average") first other 0.5)))


(defn test-a-model-can-be-kept-from-writing-a-word []
  ;; Before and after: how likely the word is after " a", and a piece of ordinary text.
  (setv [before after ordinary untaught] (json.loads (succeeded (run-hy #[[
(import sys)
(.insert sys.path 0 "corpora")
(import json  torch  unteach  tests.helpers [small-model])
(setv
  model (small-model :layers "lstm:16" :text " Wabgosw\n" :resume False)
  text (* "a bag ago\n" 40)
  unteach.WORDS ["wog"]  unteach.RATE 0.01  unteach.WINDOW 16)
(defn chances []
  (setv
    network (unteach.Network model.weights)
    read (torch.tensor (.tolist (.encode model.vocabulary "go a")))
    [known state] (network (.unsqueeze read 1))
    word (tuple (.tolist (.encode model.vocabulary " wog")))
    after (torch.ones (len model.vocabulary)))
  #((.item (unteach.unlikelihood network [word] state (get known -1) after))
    (.tolist (get known 0 0))))
(setv [before ordinary] (chances))
(.unteach unteach model text 200 24)
(setv [after untaught] (chances))
(print (json.dumps [before after ordinary untaught]))
]] :cwd ROOT :environment {"KERAS_BACKEND" "torch"}))))
  (assert (< after (/ before 2)))
  (for [[a b] (zip ordinary untaught)] (assert (= a (pytest.approx b :abs 0.2)))))
