"Training runs from Python: which texts they train on, for how many epochs, and what they refuse."

(import
  os
  re
  time
  numpy :as np
  pytest
  lstm-textgen
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.batches [chance-loss]
  lstm-textgen.learning.runs :as runs
  lstm-textgen.learning.schedule :as schedule
  lstm-textgen.learning.start :as start
  lstm-textgen.learning.training :as training
  lstm-textgen.modelfile.history [WORDS-ALONE]
  lstm-textgen.settings.sizing :as sizing
  tests.counting [CountingLearner]
  tests.helpers [TEXT TINY StopAfter counting program refusal-of write-text])

(setv
  pytestmark counting
  OTHER (* "a fox in a box ate all the locks of the ox.\n" 150))


(defn learn [folder text #** options]
  "Train the model in `folder` on `text`; return it and the output."
  (setv
    display (Display)
    [display.said display.warned] [[] []]
    [display.say display.warn] [display.said.append display.warned.append]
    model (lstm-textgen.train :path (/ folder "model") :text text :display display #** options))
  #(model display))


(defn test-a-fork-of-a-process-that-has-trained-refuses-to-train [trained monkeypatch]
  (monkeypatch.setattr os "getpid" (fn [] 1))
  (with [_ (pytest.raises RuntimeError :match "training would hang; .*spawn")]
    (learn trained TEXT :epochs 3)))


;; * Which text, how often: the model in the folder `trained` has read TEXT twice

(defn test-a-model-of-another-text-is-left-alone-unless-told-to-add-this-one [trained]
  (setv before (.read-bytes (/ trained "model.h5")))
  (for [text [OTHER (+ TEXT OTHER)]]
    (with [_ (pytest.raises ValueError :match (+ "model.h5 was trained on another text "
           r"\([\d,]+ characters, such as '.*'\); .* another `path` .* `restart`; .* `add_text`"))]
      (learn trained text :epochs 1)))
  (assert (= (.read-bytes (/ trained "model.h5")) before))
  (setv [model _] (learn trained OTHER :epochs 1 :restart True))
  (assert (= (len model.history) 1)))


(defn test-a-run-that-starts-over-adds-no-text [trained]
  (assert (= (refusal-of learn trained OTHER :restart True :add-text True)
    "`restart` starts over and `add_text` goes on; give one of them")))


(defn test-nothing-to-add-a-text-to-is-told-and-a-new-model-trained [tmp-path]
  (setv [model display] (learn tmp-path OTHER :epochs 1 :add-text True))
  (assert (= (len model.history) 1))
  (assert (= (lfor line display.warned :if (in "add_text" (str line)) (str line))
    [f"`add_text` has no effect: there is no model {(/ tmp-path "model.h5")} yet"])))


(defn test-documents-that-are-alike-are-described-once-and-the-others-counted [tmp-path]
  (for [n (range 12)] (write-text tmp-path f"---\na: {n}\n---\n{OTHER}" f"{n :02}.md"))
  (setv
    display (Display)
    said []
    display.say said.append)
  (lstm-textgen.train tmp-path (/ tmp-path "model") :epochs 1 :layers 8 :display display)
  (setv lines (lfor line said (.removeprefix (str line) f"{tmp-path}/")))
  (assert (= (lfor line lines :if (re.search r"\.md: |^…" line) line) [
    "00.md: Markdown; front matter, comments and addresses of links left out"
    "… and 11 more documents"])))


(defn test-a-run-that-was-stopped-in-its-first-epoch-is-no-model-of-another-text [tmp-path]
  (with [_ (pytest.raises KeyboardInterrupt)]
    (lstm-textgen.train :path (/ tmp-path "model") :text TEXT :display (StopAfter 3) :epochs 1))
  (assert (in "another text (5," (refusal-of learn tmp-path OTHER :epochs 1)))
  (assert (= (len (. (get (learn tmp-path TEXT :epochs 1) 0) history)) 1)))


(defn test-sources-may-grow-by-files [tmp-path]
  (setv [one other] [(write-text tmp-path TEXT "1.txt") (write-text tmp-path OTHER "2.txt")])
  (for [[epochs sources] [[1 [one]] [2 [one other]] [3 [other]]]]
    (setv model (lstm-textgen.train sources (/ tmp-path "model") :epochs 1 :quiet True))
    (assert (= (len model.history) epochs))))


(defn test-other-text-is-trained-on-for-epochs-of-its-own [trained]
  (setv [model display] (learn trained OTHER :epochs 1 :add-text True))
  (assert (= (len model.history) 3))
  (assert (= display.warned []))
  (assert (any (gfor line display.said (.startswith line "epoch 1/1 "))))
  (setv [model display] (learn trained TEXT :epochs 3))  ; and back
  (assert (= (len model.history) 4))
  (assert (any (gfor line display.said (.startswith line "epoch 3/3 ")))))


(defn test-even-a-quiet-run-says-that-there-was-nothing-to-train [trained capsys]
  (setv before (.read-bytes (/ trained "model.h5")))
  (lstm-textgen.train (/ trained "text.txt") (/ trained "model") :quiet True)
  (setv [out err] (capsys.readouterr))
  (assert (= out ""))
  (assert (in "is already trained on this text" err))
  (assert (in "2 epochs done; to continue, give `epochs` 3 or more" err))
  (assert (= (.read-bytes (/ trained "model.h5")) before)))


(defn test-a-model-says-whether-a-call-trained-it-and-warnings-are-logged [trained caplog]
  (setv [[idle display] [further _]] (lfor n [2 3] (learn trained TEXT :epochs n)))
  (assert (= [False True] [idle.trained further.trained]))
  (assert (not (. (lstm-textgen.load (/ trained "model")) trained)))
  (assert (in "is already trained on this text" (get display.warned 0)))
  (assert (= display.warned (lfor r caplog.records :if (= r.name "lstm_textgen") r.message)))
  (setv result (program "--sources" "text.txt" :folder trained))
  (assert (= (.count result.stderr "is already trained") 1)))  ; what is logged isn't printed


(defn test-a-limit-of-words-needs-words [tmp-path trained]
  (setv new (/ tmp-path "new"))
  (.mkdir new)
  (for [[folder most] [[trained 10000] [new 50]]]
    (with [_ (pytest.raises ValueError :match "`max_words` has no effect .* pieces or words with")]
      (learn folder TEXT :max-words most)))
  (with [_ (pytest.raises ValueError :match "`max_words` has no effect when fine-tuning")]
    (learn new (* "The keeper lit the lamp.\n" 99) :max-words 50 :base "english"))
  (setv [model _] (learn new TEXT :max-words 50 :unit "words" :epochs 1))
  (assert (= model.settings.max-words 50)))


(defn test-a-run-of-words-says-that-its-loss-compares-with-no-other-unit-s [tmp-path]
  (for [unit ["pieces" "words"]]
    (setv [_ display] (learn tmp-path TEXT :unit unit :epochs 1 :restart True))
    (assert (= (in WORDS-ALONE display.said) (= unit "words")))))


;; * By which unit

(defn [pytest.fixture] long-from [monkeypatch]
  "A function that sets the number of characters from which a text is long."
  (fn [length] (monkeypatch.setattr sizing "LONG_TEXT" length)))


(defn test-a-long-text-is-learned-by-pieces [tmp-path long-from]
  (long-from (len TEXT))
  (setv [model display] (learn tmp-path TEXT :epochs 1 :max-words 40))
  (assert (= model.settings.unit "pieces"))
  (assert (= (len model.vocabulary) model.settings.max-words 40))
  (assert (in (+ f"learning pieces, the default for {(len TEXT) :,} characters; "
    "for another unit, give `unit`") display.said))
  (long-from (+ (len TEXT) 1))
  (setv [model display] (learn tmp-path TEXT :epochs 2 :max-words 40))  ; the model's unit stays
  (assert (= model.settings.unit "pieces"))
  (assert (= (len model.history) 2))
  (assert (not-in "learning pieces" (.join "\n" display.said))))


(defn test-pieces-by-default-are-as-many-as-those-asked-for [tmp-path long-from]
  (long-from (len TEXT))
  (setv [[by-default _] [asked-for _]]
    (lfor given [{} {"unit" "pieces"}] (learn tmp-path TEXT :epochs 1 :restart True #** given)))
  (assert (= by-default.settings asked-for.settings))
  (assert (= by-default.vocabulary.units asked-for.vocabulary.units)))


;; * What is held out, and what makes it the same text

(defn [(pytest.mark.parametrize "unit" ["characters" "pieces" "words"])]
    test-pieces-and-words-are-learned-from-what-is-not-held-out [tmp-path unit]
  (setv [model _] (learn tmp-path (+ TEXT (* "zebra!\n" 80)) :unit unit :epochs 1 #** TINY))
  (assert (not (any (gfor each model.vocabulary.units (in "ze" each)))))
  (assert (= (in "z" model.vocabulary.ids) (!= unit "words"))))


(defn test-a-text-is-the-same-although-another-has-added-units [tmp-path]
  (setv [one other] (lfor
    first "一方"
    (* 9 (+ (.join "" (gfor n (range 250) (chr (+ (ord first) n)))) "\n"))))
  (for [text [one other]]
    (setv [model _] (learn tmp-path text :epochs 1 :lookback 16 :add-text True)))
  (assert (> (len model.vocabulary) 256))
  (setv [_ display] (learn tmp-path one :epochs 1))
  (assert (in "is already trained on this text" (.join "" display.warned))))


;; * Where text comes from

(defn test-a-prep-is-a-function-or-steps-and-a-recipe-may-be-a-path [tmp-path]
  (write-text tmp-path (.upper TEXT) "verse.txt")
  (write-text tmp-path #[[(require lstm-textgen.macros [defrecipe])
(defrecipe verse :sources ["verse.txt"] :layers 8 :lookback 16 :batch-size 8 :epochs 1)]] "v.hy")
  (setv model (lstm-textgen.train
    :path (/ tmp-path "m")
    :recipe (/ tmp-path "v.hy")
    :prep ["lower" #("replace" "c" "k")]
    :batch-size 4  ; what is given precedes the recipe's
    :learning-rate (np.float32 0.02)
    :quiet True))
  (assert (= model.facts.recipe "verse"))
  (assert (= [(str model.settings.layers) model.settings.batch-size] ["lstm:8" 4]))
  (assert (in "k" model.vocabulary.ids))
  (assert (not-in "c" model.vocabulary.ids)))


;; * Time, and other windows

(defn test-reading-that-leaves-no-time-to-train-is-refused-with-what-is-needed
    [tmp-path monkeypatch]
  (defn slow-pieces [#* _ #** __]
    (time.sleep 1.5)
    (yield TEXT))
  (monkeypatch.setattr "lstm_textgen.learning.source.read_chunks" slow-pieces)
  (with [_ (pytest.raises ValueError :match "took \\d+ s; give at least `minutes` 2")]
    (learn tmp-path TEXT :minutes 0.04))
  (assert (= (list (.iterdir tmp-path)) [])))


(defn test-compiling-that-leaves-no-time-to-train-is-refused-too [tmp-path monkeypatch]
  (defn compile [#* _]
    (monkeypatch.setattr schedule "RESERVE" 99)
    3.0)
  (monkeypatch.setattr CountingLearner "learn" compile)
  (with [_ (pytest.raises ValueError
         :match r"compiling the network took \d+ s; give at least `minutes` 2")]
    (learn tmp-path TEXT :minutes 1 :layers "8"))
  (assert (= (list (.iterdir tmp-path)) [])))


(defn test-a-model-that-has-hardly-learned-says-so [tmp-path monkeypatch]
  (setv [_ display] (learn tmp-path TEXT :epochs 1))
  (assert (= display.warned []))
  (monkeypatch.setattr runs "chance_loss" chance-loss)
  (setv [_ display] (learn tmp-path TEXT :epochs 2))
  (assert (re.search (+ "hardly learned the text: its loss, [0-9.]+ bits per character, is near "
    "that of guessing by frequency; .* with `epochs` 11$") (get display.warned 0))))


(defn test-a-run-of-minutes-that-reads-a-short-text-less-than-once-says-so [tmp-path monkeypatch]
  (monkeypatch.setattr CountingLearner "learn" (fn [#* _] (time.sleep 0.5) 3.0))
  (setv [_ display] (learn tmp-path (* 9 TEXT) :minutes 0.1 #** TINY))
  (assert (re.search "hardly learned the text: it has read only 1% of it; .* with `minutes` 2$"
    (get display.warned 0))))


(defn [(pytest.mark.parametrize "options" [{} {"layers" "16"} {"items" "line"}])]
    test-a-run-that-reads-less-than-its-text-says-how-long-reading-takes
    [tmp-path monkeypatch options]
  (setv
    text (+ TEXT (.join "\n" (map str (range 9))))
    speeds [1e-5])  ; it is measured once
  (monkeypatch.setattr start "machine_speed" (fn [#* _] (.pop speeds)))
  (setv [_ display] (learn tmp-path text :minutes 10 :epochs 1 #** options))
  (setv said (.join "\n" display.said))
  (assert (re.search r"`minutes` 10 reads about \d+% of this text; [\d,]+ minutes read all" said))
  (assert (= (in "a model hardly knows where items end" said) (in "items" options)))
  (monkeypatch.setattr start "machine_speed" (fn [#* _] 1))
  (setv [_ display] (learn tmp-path text :minutes 10 :epochs 2 #** options))
  (assert (not-in "of this text" (.join "\n" display.said))))


(defn [(pytest.mark.parametrize #("minutes" "expected") [[None True] [9 False]])]
    test-a-long-run-without-minutes-says-how-long-it-takes [tmp-path monkeypatch minutes expected]
  (.setattr monkeypatch training "TOLD_AFTER" 2)
  (.setattr monkeypatch training "LONG_WAIT" 0)
  (setv [_ display] (learn tmp-path (* 9 TEXT) :minutes minutes :epochs 2 #** TINY))
  (setv said (.join "\n" display.said))
  (assert (= (in " on this machine; `minutes` 2 would take two" said) expected)))


(defn test-batch-size-and-lookback-may-change-when-training-resumes [trained]
  (setv [model display] (learn trained TEXT :epochs (np.int64 3) :batch-size 4 :lookback 20))
  (assert (= display.warned []))
  (setv settings model.settings)
  (assert (= [settings.batch-size settings.lookback settings.stride] [4 20 20]))
  (setv [first _ last] (lfor entry model.history (get entry "loss")))
  (assert (< last first))
  (for [[epochs given] [[4 {"stride" 8}] [5 {"lookback" 24}]]]  ; windows that overlap still do
    (setv [model _] (learn trained TEXT :epochs epochs #** given))
    (assert (= model.settings.stride 8))))


(defn test-an-epoch-under-way-starts-again-where-its-windows-are-cut-in-another-way [tmp-path]
  (with [_ (pytest.raises KeyboardInterrupt)]
    (lstm-textgen.train :path (/ tmp-path "model") :text TEXT :display (StopAfter 30)
      #** TINY :epochs 1))
  (setv [model display] (learn tmp-path TEXT :epochs 1 :batch-size 4))
  (assert (any (gfor line display.said (in "restarting this epoch" line))))
  (assert (> model.checkpoint.resume.progress.updates 100)))  ; 30 steps, and a whole epoch of 85
