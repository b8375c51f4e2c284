"Lists: the setting `items` in training, and what a model keeps of its list."

(eval-when-compile (require hyrule [meth]))
(import
  pathlib [Path]
  random
  textwrap
  pytest
  lstm-textgen [load]
  lstm-textgen.display.plain [Silent]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.learning.source :as source
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.corpus [Text cut-at-space ids-of]
  lstm-textgen.text.items [KnownItems fingerprint-of fingerprints join-fingerprints split-items]
  lstm-textgen.text.lists [Listing]
  lstm-textgen.text.looks [list? stanzas?]
  lstm-textgen.text.vocabulary [build-vocabulary]
  tests.helpers [counting refusal-of train-least write-text])

(setv
  ENDS ["nna" "ea" "laude" "ora" "mil" "rieda" "usti" "ob" "van" "ulie"]
  NAMES (lfor first "ABCDEFGHIJ" rest ENDS (+ first rest)))


(defn learned [path [text (.join "\n" NAMES)] #** settings]
  (train-least path text #** {"items" "line"  #** settings}))


(defn parts-of [[text (.join "\n" NAMES)] [items "line"] [unit "characters"] [validation 0.1]
    [seed 1]]
  "Return #(training held-out): the items of the parts of a list, in the order of its ids."
  (setv listing (Listing items))
  (with [whole (Text)]
    (for [chunk (.chunks listing (cut-at-space [text]))] (.add whole chunk))
    (.hold-out listing validation seed)
    (setv
      vocabulary (build-vocabulary whole unit)
      [own held] (gfor
        ids (.split listing (ids-of whole vocabulary) vocabulary)
        (split-items (.decode vocabulary ids) items))
      learned-from (split-items (.join "" (.training-items listing whole)) items))
    (assert (= (sorted learned-from) (sorted own))))
  #(own held))


;; * Items

(defn test-lines-and-paragraphs-are-items []
  (assert (= (split-items "Anna\n\n  Bea \nCal" "line") ["Anna" "  Bea" "Cal"]))
  (assert (= (split-items "\n\na\nb\n \t\n\n c\n" "paragraph") ["a\nb" "c"]))
  (assert (= (split-items " \n\n" "line") (split-items " \n\n" "paragraph") [])))


(defn test-ten-thousands-of-items-have-as-many-fingerprints []
  (setv items (lfor n (range 50_000) f"item {n} of {(* n n)}"))
  (assert (= (len (fingerprints [#* items "item 7 of 49"])) (* 6 (len items))))
  (assert (= (fingerprints []) b"")))


(defn test-known-items-are-found-whatever-their-case-and-white-space []
  (assert (= (fingerprint-of " Anna\n Maria ") (fingerprint-of "anna maria")))
  (setv
    known (fingerprints ["Bea" "Anna" "bea" "Cal"])
    both (join-fingerprints (fingerprints ["Cal" "Bea"]) (fingerprints ["anna"]))
    found (KnownItems known))
  (assert (= (len known) 18))
  (assert (= known both))
  (for [name ["bea" "ANNA " "Cal"]] (assert (in name found)))
  (assert (not-in "Annam" found))
  (.add found "Xerxes")
  (assert (in " xerxes" found))
  (assert (not-in "Anna" (KnownItems))))


;; * Training

(defn test-items-are-shuffled-and-a-random-tenth-is-held-out []
  (setv [own held] (parts-of))
  (assert (= (sorted (+ own held)) (sorted NAMES)))
  (assert (= (len held) 10))
  (assert (!= own (lfor name NAMES :if (in name own) name)))
  (assert (> (len (set (gfor name held (get name 0)))) 3)))


(defn test-a-seed-and-the-items-alone-decide-the-parts-whatever-the-unit []
  (for [unit ["pieces" "words"]] (assert (= (parts-of :unit unit) (parts-of))))
  (assert (!= (parts-of :seed 2) (parts-of))))


(defn [(pytest.mark.parametrize "kind" ["line" "paragraph"])]
    test-items-of-any-kind-and-unit-are-learned-whole [kind]
  (setv
    items (lfor name NAMES f"Dear {name},{(if (= kind "line") " " "\n")}hello {name}!")
    text (.join (if (= kind "line") "\n" "\n \n\n") items))
  (for [unit ["characters" "pieces" "words"]  validation [0 0.1]]
    (setv [own held] (parts-of text kind unit validation))
    (assert (= (sorted (+ own held)) (sorted items)))
    (assert (= (bool held) (bool validation)))))


(defn test-no-copy-of-a-training-item-is-held-out []
  (setv [own held] (parts-of (.join "\n" (+ NAMES NAMES (* ["Zoe"] 30)))))
  (assert (= (len held) (len (set held)) 10))
  (assert (not (& (set own) (set held))))
  (assert (= (.count own "Zoe") 30))
  (assert (= (len own) (+ 30 180))))


(defn test-a-text-in-small-chunks-is-the-same-list [monkeypatch tmp-path]
  (setv whole (parts-of))
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (for [[name size] [["corpus.PREPARED" 7] ["corpus.STORED" 50] ["corpus.GATHERED" 10]
      ["lists.SCANNED" 5]]]
    (.setattr monkeypatch f"lstm_textgen.text.{name}" size))
  (assert (= (parts-of) whole)))


(defn [counting] test-copies-are-counted-in-a-line [tmp-path]
  (setv [_ lines] (learned tmp-path :text (.join "\n" (+ NAMES ["Anna" "" "Вася"]))))
  (assert (= (get lines 0) "a list of 102 lines, of which 1 equal an earlier one"))
  (setv [_ lines] (learned tmp-path :restart True))
  (assert (= (get lines 0) "a list of 100 lines")))


(defn [counting (pytest.mark.parametrize ["text" "settings" "words"] [
    [(.join "\n" (cut NAMES 9)) {} "at least 10 different items, but the text has 9"]
    [(* "Anna\n" 1000) {} "at least 10 different items, but the text has 1"]
    [(* "Anna " 1000) {} "at least 10 different items, but the text has 1"]
    [(* "Anna " 500_000) {} "more than 1,000,000 characters"]
    [(.join "\n" (cut NAMES 12)) {"lookback" 500} "the list is too short: it has"]
    [(.join "\n" (gfor name NAMES f"a a a a {name}")) {"unit" "words"  "max_words" 1}
      "larger `max_words`"]])]  ; as a line end is a word
    test-what-is-no-list-is-refused [tmp-path text settings words]
  (assert (in words (refusal-of learned tmp-path :text text #** settings))))


(defn [counting] test-a-short-list-that-a-model-is-to-continue-is-refused-without-a-flag [tmp-path]
  (learned tmp-path)
  (assert (= (refusal-of learned tmp-path :text "Ann\nBo\nCy" :items None :add-text True)
    (+ "the model learns a list of lines, which needs at least 10 different items, "
      "but the text has 3; give a longer text"))))


;; * The model

(defn [counting] test-a-model-and-a-copy-to-share-keep-the-list [tmp-path]
  (learned tmp-path)
  (.save (load (/ tmp-path "m.h5")) (/ tmp-path "copy.h5") :small True)
  (for [[name half] [["m.h5" False] ["copy.h5" True]]]
    (setv
      model (load (/ tmp-path name))
      known (KnownItems model.checkpoint.items))
    (assert (= model.checkpoint.half half))
    (assert (all (gfor name NAMES (in name known))))
    (assert (= model.settings.items "line"))
    (assert (= (lfor key ["longest_item" "long_item" "median_item" "beginning" "item_ends"]
      (getattr model.facts key)) [6 6 4 "\n" (last-characters NAMES)]))))


(defn test-of-a-huge-item-the-length-of-most-is-kept-too [tmp-path counting]
  (setv [model _] (learned tmp-path :text (.join "\n" [#* NAMES (* "Anna" 5000)])))
  (assert (= [model.facts.longest-item model.facts.long-item] [20_000 6])))


(defn last-characters [items]
  (.join "" (sorted (sfor item items (get item -1)))))


(defn [counting (pytest.mark.parametrize #("text" "lines") [
    #((.join "\n\n" (gfor name NAMES f"{name}\nand\nson")) 3)
    #((.join "\n\n" (gfor [n name] (enumerate NAMES) (+ name (* "\nand" (% n 3))))) None)])]
    test-a-model-knows-how-many-lines-nearly-every-paragraph-has [tmp-path text lines]
  (setv given {"text" (+ text "\n\nAnna\n\nBea\nCarla")  "items" "paragraph"})
  (defn known [#** settings]
    (. (get (learned tmp-path #** given #** settings) 0) facts item-lines))
  (assert (= (known) lines))
  (setv (get given "text") (.join "\n\n" NAMES))
  (assert (is (known :epochs 2 :add-text True) None)))  ; those of two lists differ


(defn test-a-resumed-run-adds-another-lists-items [tmp-path counting]
  (learned tmp-path)
  (setv [model _] (learned tmp-path :text (.join "\n" (gfor name NAMES (+ name "lee")))
    :add-text True))
  (setv known (KnownItems model.checkpoint.items))
  (assert (and (in "Anna" known) (in "Annalee" known) (not-in "Xerxes" known)))
  (assert (= model.facts.longest-item 9))
  (assert (= model.facts.item-ends (last-characters [#* NAMES "Annalee"]))))


(defn test-too-many-items-leave-no-fingerprints [tmp-path counting monkeypatch]
  (.setattr monkeypatch "lstm_textgen.text.lists.MOST_KNOWN" 99)
  (setv [model lines] (learned tmp-path))
  (assert (= model.checkpoint.items b""))
  (assert (in "the list has more than 1,000,000 items, too many to recognize new ones" lines)))


(defn test-a-model-continues-as-it-began [tmp-path counting]
  (learned tmp-path :items None)
  (assert (in "the model was trained without `items`" (refusal-of learned tmp-path)))
  (learned tmp-path :restart True)
  (assert (in "`items` is paragraph here, but the model has line"
    (refusal-of learned tmp-path :items "paragraph")))
  (setv [model lines] (learned tmp-path :items None :epochs 2))
  (assert (= model.settings.items "line"))
  (assert (= (len model.history) 2)))


(defn [counting (pytest.mark.parametrize #("before" "now") [#(None "line") #("line" None)])]
    test-whether-a-text-is-a-list-is-not-passed-on-by-a-base [tmp-path before now]
  (setv [base _] (learned tmp-path :items before))
  (.save base (/ tmp-path "base.h5"))
  (setv [model _] (learned tmp-path :base (str (/ tmp-path "base.h5")) :restart True
    :layers None :items now))
  (assert (= model.settings.items now))
  (assert (.startswith model.facts.base "base:"))
  (assert (= (bool model.checkpoint.items) (bool now))))


(defn test-a-table-that-is-a-list-is-stored-once [tmp-path monkeypatch]
  (setv stored [])
  (defclass Noted [Text]
    (meth __init__ []
      (.__init__ (super))
      (.append stored self)))
  (.setattr monkeypatch source "Text" Noted)
  (setv
    path (write-text tmp-path (.join "\n" ["name,age" #* (gfor name NAMES f"{name},7")]) "a.csv")
    run (source.Run (Request {"sources" [path]  "column" "name"}) (/ tmp-path "model.h5")
      (ProcessGroup) (Silent) None))
  (with [found (source.read-source run run.request None)]
    (assert (= found.items "line"))
    (assert (= (lfor text stored :if (not text.closed) text) [found.text]))))


(defn test-lower-case-and-prep-come-before-items [tmp-path counting]
  (setv [model _] (learned tmp-path :lower True
    :text (.join "; " NAMES) :prep [#("replace" "; " "\n")]))
  (assert (in "anna" (KnownItems model.checkpoint.items)))
  (assert (not-in "A" model.vocabulary.ids)))


;; * The hint

(setv
  RNG (random.Random 1)
  COLORS (.split "red blue green amber ivory coral slate olive plum sand")
  THINGS (.split "fox lamp river stone engine window garden letter winter harbor")
  DEEDS (.split "waits sings turns falls sleeps burns drifts listens breaks shines"))


(defn many [make [count 200]]
  "Return lines, each of which `make` makes of a color, a thing and a deed."
  (lfor _ (range count) (make #* (gfor words [COLORS THINGS DEEDS] (.choice RNG words)))))


(defn prose []
  "Return sentences of several kinds, one after another."
  (.join " " (many (fn [a b c] (.choice RNG [f"The {a} {b} {c}, and nobody minds."
    f"Where a {b} {c} there is {a} dust; so they say." f"\"{(.title a)}?\" asked the {b}."])))))


(defn lines-of [path]
  (.splitlines (.read-text (/ (. (Path __file__) parent parent) path) :encoding "utf-8")))


(setv
  LISTS {
    "names" NAMES
    "names in lower case" (many (fn [a b c] (+ (cut a 3) (cut b 3))))
    "titles" (many (fn [a b c] f"The {(.title b)} That {(.title c)}"))
    "sentences" (many (fn [a b c] f"My {a} {b} {c} every single morning."))
    "places" (many (fn [a b c] f"{(.title b)}ville, {(.title a)} County"))
    "titles with asides" (many (fn [a b c] f"{(.title a)} {(.title b)} {(.choice RNG
      ["(via fudco)" "[live]" "(1984)"])}"))
    "names in Cyrillic" (many (fn [a b c] (.translate (.title (+ a b)) (str.maketrans
      "abcdefghijklmnopqrstuvwxyz" "абцдефгхийклмнопярстуввхуз"))))
    "words" (many (fn [a b c] (+ a c)))}
  OTHERS {
    "verse" (* [#* (many (fn [a b c] (.choice RNG [
      f"The {a} {b} {c}," f"And {a} is the {b}" f"So {c} the {b} of {a}."])) 4) ""] 40)
    "verse without stanzas" (many (fn [a b c] (.choice RNG [
      f"The {a} {b} {c}," f"And {a} is the {b};" f"So {c} the {b} of {a}." f"O {b} that {c}"])))
    "verse in Chinese" (many (fn [a b c] (.choice RNG ["欣欣此生意，" "自尔为佳节。" "《梦李白》"])))
    "Hy" (lines-of "lstm_textgen/prep.hy")
    "Markdown" (lines-of "README.md")
    "wrapped prose" (textwrap.wrap (prose) 70)
    "prose, a paragraph a line" (lfor _ (range 60) (cut (prose) (.randint RNG 100 700)))
    "a book" (lines-of "corpora/lighthouse.txt")
    "a chat" (many (fn [a b c] f"{(.choice RNG ["Anna" "Ben"])}: the {b} {c} again"))
    "a play" (* ["ANNA:" #* (textwrap.wrap (cut (prose) 150) 50) ""] 40)
    "HTML" (many (fn [a b c] f"<p class=\"{a}\">the {b} {c}</p>"))
    "numbers" (many (fn [a b c] (str (.random RNG))))
    "wrapped paragraphs" (* [#* (textwrap.wrap (cut (prose) 300) 55) ""] 40)}
  STANZAS #{"verse"})


(defn [(pytest.mark.parametrize "name" [#* LISTS #* OTHERS])]
    test-a-list-looks-like-one-and-no-other-text [name]
  (assert (= (bool (list? (get {#** LISTS  #** OTHERS} name))) (in name LISTS))))


(defn [(pytest.mark.parametrize "name" [#* LISTS #* OTHERS])]
    test-poems-in-stanzas-look-like-ones-and-no-other-text [name]
  (assert (= (stanzas? (get {#** LISTS  #** OTHERS} name)) (in name STANZAS))))


(defn test-a-run-suggests-items-for-a-list [tmp-path counting]
  (setv [_ lines] (learned tmp-path :items None))
  (assert (in "this looks like a list of 100 items; try `items` line" lines))
  (setv [_ lines] (learned tmp-path :items None :restart True :text (prose)))
  (assert (not-in "looks like a list" (.join "\n" lines)))
  (setv [_ lines] (learned tmp-path :items None :restart True
    :text (.join "\n" (get OTHERS "verse"))))
  (assert (in "this looks like poems in stanzas; try `items` paragraph" lines)))


(defn [counting] test-a-fortune-file-is-a-list [tmp-path]
  (setv
    path (write-text tmp-path (.join "\n%\n" (gfor name NAMES f"{name}\nlives here.")))
    [model lines] (learned tmp-path None :sources path :items None))
  (assert (= (lfor line (cut lines 2) (get (.split line ": ") -1))
    ["fortune file, 100 items" "a list of 100 paragraphs"]))
  (assert (= model.settings.items "paragraph")))


(defn [counting] test-a-fortune-file-and-a-novel-are-no-list [tmp-path]
  (setv novel (/ tmp-path "novel.txt"))
  (.write-text novel (prose))
  (setv
    path (write-text tmp-path (.join "\n%\n" (gfor name NAMES f"{name}\nlives here.")))
    [model lines] (learned tmp-path None :sources [path (str novel)] :items None)
    said "not all sources are lists, so they are read as text; to learn items, give `items`")
  (assert (in said lines))
  (assert (is model.settings.items None)))


(defn [(pytest.mark.parametrize #("text" "items" "count") [
    #(NAMES None 100) #(NAMES "line" 0) #((.join "\n" NAMES) None 0)
    #((* ["The keeper of the lamp"] 10) None 10) #((* ["The keeper of the lamp"] 9) None 0)
    #((* ["The keeper\nof the lamp"] 10) None 0)
    #((textwrap.wrap (cut (prose) 900) 70) None 0)])]
    test-texts-given-one-by-one-that-look-like-items-are-warned-of
    [tmp-path counting caplog text items count]
  (learned tmp-path text :items items)
  (setv warnings (lfor r caplog.records :if (in "looks like a list" r.message) r.message))
  (setv expected f"this looks like a list of {count} items; try `items` line")
  (assert (= warnings (* [expected] (bool count)))))
