"New items only, from the server."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.serving [ask completion events save-list serving])

(setv KNOWN ["A" "n" "be"])


(defn [(pytest.fixture :scope "module")] folder [tmp-path-factory]
  "A folder with models of items: without fingerprints, without an end, and of a letter or so."
  (setv folder (tmp-path-factory.mktemp "serve"))
  (save-list folder "lines" "line")
  (save-list folder "endless" "line" :odds {"A" 1e20} :known ["A"])
  (save-list folder "short" "line" :odds {"\n" 2} :known KNOWN)
  folder)


(defn [(pytest.fixture :scope "module")] url [folder]
  (with [server (serving folder #* (gfor
      word ["lines" "endless" "short"]
      each ["--model" word]
      each))]
    (yield server.url)))


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
