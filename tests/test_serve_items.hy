"A server of models of lists: a completion is an item."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.text.items [end-of]
  lstm-textgen.writing.writer [Ends usual-options write-each]
  tests.helpers [CALM small-model]
  tests.serving [ask completion events serving])

(setv LONGEST 30)  ; units, of the items that the models are told to have learned


(defn save-list [folder name items #** options]
  "Save in `folder` a model that writes `items`."
  (save-checkpoint
    (small-model :items items :longest-item LONGEST :text "Ann\n\nBea" :layers "lstm:24" :scale CALM
      :resume False #** options)
    (/ folder name)))


(defn [(pytest.fixture :scope "module")] folder [tmp-path-factory]
  "A folder with models of lines, of paragraphs, and one whose items have no end."
  (setv folder (tmp-path-factory.mktemp "serve"))
  (save-list folder "lines" "line")
  (save-list folder "paragraphs" "paragraph")
  (save-list folder "endless" "line" :odds {"A" 1e20})
  folder)


(defn [(pytest.fixture :scope "module")] url [folder]
  (with [server (serving folder #* (gfor
      word ["lines" "paragraphs" "endless"]
      each ["--model" word]
      each))]
    (yield server.url)))


(defn items-by [model seed samples]
  "Return the items that `model` draws with random seed 7, without the `seed`."
  (setv ends (Ends :length (* 4 LONGEST) :stop (end-of model.settings.items)))
  (lfor [_ text] (sorted (write-each model [seed] samples (usual-options model) ends 7)) text))


(defn [(pytest.mark.parametrize "name" ["lines" "paragraphs"])
       (pytest.mark.parametrize "prompt" ["" "An"])]
    test-completions-are-items [url folder name prompt]
  (setv
    answer (completion url :model name :prompt prompt :n 9 :seed 7)
    choices (get answer "choices"))
  (assert (= (lfor each choices (get each "text"))
    (items-by (load-checkpoint (/ folder name)) prompt 9)))
  (assert (= (sfor each choices (get each "finish_reason")) #{"stop"})))


(defn test-a-stream-ends-with-its-item [url]
  (setv
    body {"model" "paragraphs"  "prompt" "B"  "seed" 7}
    [_ _ text] (ask url "/v1/completions" {"stream" True #** body})
    parts (lfor part (events text) (get part "choices" 0)))
  (assert (= (.join "" (gfor part parts (get part "text")))
    (get (completion url #** body) "choices" 0 "text")))
  (assert (= (get parts -1 "finish_reason") "stop")))


(defn test-an-item-without-an-end-is-cut [url]
  (for [[limit length] [[{} (* 4 LONGEST)] [{"max_tokens" 5} 5]]]
    (setv choice (get (completion url :model "endless" #** limit) "choices" 0))
    (assert (= (get choice "text") (* "A" length)))
    (assert (= (get choice "finish_reason") "length"))))


(defn test-stops-of-the-client-count-too [url]
  (setv choice (get (completion url :model "endless" :stop "AA") "choices" 0))
  (assert (= [(get choice "text") (get choice "finish_reason")] ["" "stop"])))


(defn test-the-page-of-a-list-writes-one [url]
  (setv [status _ page] (ask url "/play/lines"))
  (assert (= status 200))
  (assert (in "\"end\":\"\\n\"" page))
  (assert (in ">Clear<" page)))
