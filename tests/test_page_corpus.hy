"A text on its way into a page's model: what a page makes of it, as the program does."

(import
  json
  math [inf]
  numpy :as np
  pytest
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning [start :as starting]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.learning.source [Run]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.items [ENDS fingerprints]
  tests.helpers [ROOT block-of brief small-model write]
  tests.node [in-node])

(setv
  pytestmark brief
  MODULES ["text/intake" "teaching/corpus"]
  corpus-text (fn [name] (.read-text (/ ROOT "corpora" name) :encoding "utf-8"))
  PROSE (cut (corpus-text "lighthouse.txt") 20_000)
  ITEMS (.join "" (gfor
    n (range 400)
    f"{(.capitalize (cut "anelorimabelu" (% n 7) (+ 4 (% n 9))))}{n}\n"))
  COPIES (+ ITEMS (* "Anna\n\n" 12) "Bea \nBea\n")
  STANZAS (.join "\n \n" (gfor n (range 50) f"Rose {n},\nblue {(* n n)}.\n"))
  FORTUNES (.join "" (gfor n (range 60) f"Rose {n},\n\n  blue {(* n n)}.\n% \r\n"))
  CHAT (* "Ann: hi, how are you?\nBea: fine.\nAnn: 😀 great\n" 60)
  STRANGE (+ "\ufeff" (.replace (cut PROSE 5000) "\n" "\r\n")
    "\0\b\x1b\v\f\t the e\u0301nd \U0001f600\n")
  ALPHABETS (* "Ὀδυσσεύς, ξένε. Привет, мир!\nשלום עולם। नमस्ते दुनिया\n春眠不覺曉\n" 80)
  TEXTS [
    #(PROSE None) #(STRANGE None) #(ALPHABETS None) #(CHAT None) #(ITEMS "line") #(COPIES "line")
    #(STANZAS "paragraph") #(FORTUNES "paragraph")]
  ;; Facts of a model file that a run decides, or that quote the text.
  OTHERS ["base" "devices" "digests" "names" "seed_text" "title" "why"])


;; * The corpus

(defn start-on [folder text #** given]
  "Return the program's `Start` on `text`."
  (write (/ folder "text.txt") text)
  (starting.make-start (Run
    (Request {"path" (/ folder "new.h5")  "sources" [(str (/ folder "text.txt"))]  #** given})
    (/ folder "new.h5") (ProcessGroup) (Quiet) None)))


(defn facts-on-page [model]
  (get (json.loads (block-of (playground {"new" model}) "facts")) 0))


(defn corpus-on-page [text #** wish]
  "Return what `makeCorpus` makes of `text`, a dict, or the key of what it says instead."
  (in-node MODULES
    (+ "(wish) => { try { const made = makeCorpus({...wish, constants});"
      "const listed = (part) => part instanceof Int32Array ? [...part] : part.map((p) => [...p]);"
      "return {...made, training: listed(made.training), validation: listed(made.validation)}; }"
      "catch (error) { return error.message; } }")
    {"text" text  "items" None  "facts" None  "name" "new"  #** wish}))


(defn items-in [start ids]
  "Return the items of a list in `ids` by the program's `start`."
  (setv units start.corpus.vocabulary.units)
  (cut (.split (.join "" (gfor id ids (get units id)))
      (get ENDS start.checkpoint.settings.items))
    -1))


(defn assert-same-corpus [found start [texts 1]]
  "Assert that a page `found` what the program's `start` has, the last of `texts`."
  (setv
    [ids held] (map list [start.corpus.ids start.corpus.held])
    [own hidden] (lfor part ["training" "validation"] (get found part))
    model start.checkpoint)
  (if model.settings.items  ; the program draws those that it holds out
    (do
      (setv [own hidden] (lfor part [own hidden] (sum part [])))
      (assert (= (len (items-in start hidden)) (len (items-in start held))))
      (assert (= #* (gfor part [(+ own hidden) (+ ids held)] (set (items-in start part))))))
    (assert (= [own hidden] [ids held])))
  (assert (= (get found "text") f"{(len own)}:{texts}"))
  (assert (= (get found "lookback") model.settings.lookback)))


(defn assert-same-facts [found model]
  "Assert that a page `found` what one of `model` says, and what its file has."
  (setv
    chat? (get found "record" "facts" "people")  ; which plain text doesn't have in the program
    others ["cells" "code" "made" "record" "training" #* (if chat? ["remembers"] [])]
    expected (facts-on-page model))
  (for [name expected :if (not-in name others)]
    (assert (= (get found name) (get expected name)) name))
  (for [[name fact] (.items (vars model.facts))
        :if (not-in name [#* OTHERS #* (if chat? ["people"] [])])]
    (assert (= (.get (get found "record" "facts") name) fact) name))
  (for [name ["items" "lookback" "stride" "unit" "lower" "validation" "rng_seed"]]
    (assert (= (get found "record" "settings" name) (getattr model.settings name)) name)))


(defn [(pytest.mark.parametrize #("text" "items") TEXTS)]
    test-a-page-makes-of-a-text-what-the-program-makes-of-it [tmp-path text items]
  (setv
    start (start-on tmp-path text :layers "16" #** (if items {"items" items} {}))
    found (corpus-on-page text :layers [["lstm" 16]] :items items)
    model start.checkpoint
    model.weights (lfor [_ shape] (weight-shapes model.spec) (np.zeros shape "float32")))
  (assert-same-corpus found start)
  (assert-same-facts (get found "facts") model))


(defn [(pytest.mark.parametrize #("text" "items") TEXTS)]
    test-a-page-adds-to-a-base-what-the-program-adds [tmp-path monkeypatch text items]
  (.setattr monkeypatch starting "STRANGE" inf)
  (setv base (small-model :unit "pieces" :text (corpus-text "lol.txt") :max-words 300
    :layers "6" :resume False :lower True :lookback 96 :scale 0.2))
  (save-checkpoint base (/ tmp-path "base.h5"))
  (setv
    start (start-on tmp-path text :base (str (/ tmp-path "base.h5"))
      #** (if items {"items" items} {}))
    found (corpus-on-page text :items items :facts (facts-on-page base)))
  (assert-same-corpus found start)
  (assert (= (get found "added") (cut start.corpus.vocabulary.units (len base.vocabulary) None)))
  (assert-same-facts (get found "facts") start.checkpoint))


(defn [(pytest.mark.parametrize #("text" "items") [#(PROSE None) #(ITEMS "line")])]
    test-a-model-that-goes-on-also-keeps-what-its-first-text-brought [tmp-path text items]
  (setv model (small-model :text (+ ALPHABETS "abc ") :layers "6" :items items :resume False
    #** (if items
      {"longest_item" 50  "item_ends" "xy"}
      {"names" "Zed"  "unbroken" "letters commas"})))
  (setv model.items (if items (fingerprints ["Old" "anelori7"]) b""))
  (save-checkpoint model (/ tmp-path "new.h5"))
  (setv
    start (start-on tmp-path text :add-text True #** (if items {"items" items} {}))
    found (corpus-on-page text :items items :facts (facts-on-page model) :goesOn True))
  (assert-same-corpus found start :texts 2)
  (assert-same-facts (get found "facts") start.checkpoint))


(defn test-too-little-to-learn-is-said []
  (for [[text items key] [["abc" None "short"] [(* "a" 900) None "one-letter"]
      [(* "Ann\nBea\n" 50) "line" "few-lines"]]]
    (assert (= (corpus-on-page text :items items) f"intake.{key}"))))


;; * What was found

(defn found-in [text [facts None]]
  (in-node MODULES "([text, facts]) => lookAt(text, facts, constants)" [text facts]))


(defn [(pytest.mark.parametrize #("text" "kind" "items") [
    #(PROSE "prose" None) #((corpus-text "lol.txt") "prose" None) #(ITEMS "list" "line")
    #(COPIES "prose" None) #(CHAT "chat" None) #(ALPHABETS "verse" None)
    #((* "Rose\nblue sky\n\n" 30) "verse" "paragraph")
    #((* "Roses that fade upon the autumn field,\nSkies that are blue above the waiting sea,\n" 9)
      "verse" None)
    #((.join "\n" (gfor n (range 40) f"if (n == {n}) {{ go({n}); }}")) "prose" None)
    #((.join "" (gfor n (range 900) (if (= (% n 9) 8) "long\n" "words go on "))) "prose" None)])]
    test-a-page-tells-kinds-of-texts-apart [text kind items]
  (setv found (found-in text))
  (assert (= (get found "kind") kind))
  (assert (= (get found "items") items))
  (assert (= (get found "characters") (len text))))


(defn test-a-page-tells-what-is-left-out-and-what-is-added []
  (setv
    model (facts-on-page (small-model :text "abc \n"))
    found (found-in (+ (* "abc " 20) "\b\x01\ud83d é\n😀") model))
  (assert (= [(get found "left") (get found "added")] [["\b" "\x01" "\ud83d"] ["é" "😀"]]))
  (assert (= [(get found "parts") (get found "binary")] [2 False])))
