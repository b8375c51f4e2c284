"A server of models of lists: a completion is an item."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  tests.browser [WRITTEN start-browser wait-for-end]
  tests.helpers [CALM small-model write-many]
  tests.serving [ask change-model completion events serving])

(setv
  browser (pytest.fixture start-browser :scope "module")
  LONGEST 30)  ; units, of the items that the models are told to have learned


(defn save-list [folder name items #** options]
  "Save in `folder` a model that writes `items`."
  (save-checkpoint
    (small-model :items items :longest-item LONGEST :text "Ann\n\nBea" :layers "lstm:24"
      :scale CALM :resume False #** options)
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
  (write-many model [seed] samples :rng-seed 7))


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


(defn test-the-page-writes-a-list-and-does-not-reload-while-it-grows [browser tmp-path]
  (save-list tmp-path "bot" "line")
  (with [server (serving tmp-path "--model" "bot")]
    (setv page (.new-page browser))
    (.install page.clock)
    (.goto page (+ server.url "/#seed=A&rng_seed=4&fast=1"))
    (wait-for-end page)
    (.click page "#go")
    (wait-for-end page)
    (setv items (.all-text-contents (.locator page f"{WRITTEN} .item")))
    (assert (= (len items) 20))
    (change-model server (/ tmp-path "bot") "\nxyzabc")
    (.fast-forward page.clock 30_000)
    (.wait-for-timeout page 500)
    (assert (= (.all-text-contents (.locator page f"{WRITTEN} .item")) items))))
