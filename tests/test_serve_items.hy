"A server of models of lists: a completion is an item."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.text.items [fingerprints]
  tests.browser [WRITTEN start-browser wait-for-end]
  tests.helpers [CALM small-model write-many]
  tests.serving [ask change-model completion events serving])

(setv
  browser (pytest.fixture start-browser :scope "module")
  LONGEST 30  ; units, of the items that the models are told to have learned
  KNOWN ["A" "n" "be"])


(defn save-list [folder name items [known []] #** options]
  "Save in `folder` a model that writes `items`, and that has the `known` ones in its list."
  (setv
    model (small-model :items items :longest-item LONGEST :text "Ann\n\nBea" :layers "lstm:24"
      :scale CALM :resume False #** options)
    model.items (fingerprints known))
  (save-checkpoint model (/ folder name)))


(defn [(pytest.fixture :scope "module")] folder [tmp-path-factory]
  "A folder with models of lines, of paragraphs, and of items of one letter or of no end."
  (setv folder (tmp-path-factory.mktemp "serve"))
  (save-list folder "lines" "line")
  (save-list folder "paragraphs" "paragraph")
  (save-list folder "endless" "line" :odds {"A" 1e20} :known ["A"])
  (save-list folder "short" "line" :odds {"\n" 2} :known KNOWN)
  folder)


(defn [(pytest.fixture :scope "module")] url [folder]
  (with [server (serving folder #* (gfor
      word ["lines" "paragraphs" "endless" "short"]
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


(defn short-items [url prompt [new True]]
  "Return the choices of a request for 40 items by the model of short ones."
  (get (completion url :model "short" :prompt prompt :n 40 :new new :temperature 1 :seed 7)
    "choices"))


(defn [(pytest.mark.parametrize "prompt" ["" "B" [3 4]])]
    test-new-items-are-not-in-the-list-and-all-different [url folder prompt]
  (setv
    seed (if (isinstance prompt str) prompt
      (.join "" (gfor id prompt
        (get (. (load-checkpoint (/ folder "short")) vocabulary units) id))))
    choices (short-items url prompt)
    items (lfor each choices (.casefold (.strip (+ seed (get each "text"))))))
  (assert (= (lfor each choices (get each "index")) (list (range 40))))
  (assert (= (sfor each choices (get each "finish_reason")) #{"stop"}))
  (assert (= 40 (len (set items))))
  (assert (not (& (set items) #{"" #* (map str.casefold KNOWN)})))
  (assert (= (short-items url prompt) choices)))


(defn test-without-new-the-same-request-repeats-itself [url]
  (setv items (lfor each (short-items url "" :new False) (get each "text")))
  (assert (< (len (set items)) 40))
  (assert (& (set items) (set KNOWN))))


(defn test-a-new-item-is-streamed-as-a-whole [url]
  (setv
    body {"model" "short"  "n" 12  "new" True  "temperature" 1  "seed" 7  "prompt" "B"}
    [_ _ text] (ask url "/v1/completions" {"stream" True "echo" True  "logprobs" 1 #** body})
    parts (lfor part (events text) (get part "choices" 0)))
  (assert (= (len parts) 12))
  (setv texts (dfor part parts (get part "index") (get part "text")))
  (assert (= texts (dfor
    part (get (completion url #** body) "choices")
    (get part "index") (+ "B" (get part "text"))))))


(defn test-draws-for-new-items-end-where-all-are-known [url]
  (setv choices (get
    (completion url :model "endless" :prompt ["" "B"] :n 2 :max-tokens 1 :new True)
    "choices"))
  (assert (= (lfor each choices [(get each "text") (get each "finish_reason")])
    [["" "memorized"] ["" "memorized"] ["A" "length"] ["" "memorized"]])))


(defn test-new-is-refused-without-a-list [url]
  (for [[path model more words] [
      ["/v1/completions" "lines" {} "keeps fingerprints of up to 1,000,000 items only"]
      ["/v1/chat/completions" "short" {"messages" [{"role" "user"  "content" "hi"}]}
        "`new` in a chat isn't supported"]]]
    (setv [status _ answer] (ask url path {"model" model  "new" True #** more}))
    (assert (= [status (get answer "error" "param")] [400 "new"]))
    (assert (in words (get answer "error" "message")))))


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
