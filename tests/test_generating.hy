"One way to generate: whoever asks gets the same text."

(import
  asyncio
  re
  threading [Thread]
  time
  hypothesis [given settings strategies :as st]
  pytest
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.mixture [Mixture]
  tests.helpers [CALM filters-of output program refused small-model])

(setv
  pytestmark pytest.mark.quick
  TEXTS {
    "characters" "abcdefgh ij., \n"
    "words" "one two three, four five.\n\nsix seven\n"
    "pieces" (* "heylo hey lo, ye hello. the log!\n\n" 9)}
  OPTIONS [{} {"temperature" 0} {"temperature" 1.3  "top_k" 4} {"top_p" 0.6} {"min_p" 0.2}
    {"match" "[^f]*"} {"no_repeat" 6} {"no_copy" 20}]
  MODELS (dfor
    unit TEXTS
    items [None "line" "paragraph"]
    #(unit items) (TextModel (small-model :unit unit :layers "7,9" :items items
      :text (get TEXTS unit) :longest-item 30 :max-words 40 :scale CALM :resume False))))
(for [model (.values MODELS)]  ; which know what they like to write
  (setv [model.checkpoint.shingles model.checkpoint.refrains]
    (filters-of (.join "\n" (.generate model "" 40 :samples 20 :rng-seed 1)))))


(defn in-all-ways [model seed same]
  "Return what each way to ask for it writes after `seed`."
  (setv
    both (TextModel (Mixture model.checkpoint model.checkpoint))
    read (.generate model seed :length 0 :warn (fn [line] None)))
  [ (.generate model seed #** same)
    (+ read (.join "" (.stream model seed #** same)))
    (get (.generate model seed :samples 3  ; a single text has no rivals, unless it is an item
      :best-of (if model.settings.items None 1) #** same) 0)
    (.generate both seed #** same)])


(defn saved [folder #** options]
  (setv model (TextModel (small-model :resume False #** options)))
  (.save model (/ folder "model"))
  model)


(defn [(given
      (st.sampled-from (list MODELS))
      (st.sampled-from OPTIONS)
      (st.sampled-from ["" "a" "one two" "hey" "lo, he" "x ☃"])
      (st.integers 0 999)
      (st.integers 0 30))
    (settings :max-examples 60)]
    test-every-way-gives-the-same-text [kind options seed rng-seed length]
  (setv
    model (get MODELS kind)
    said (fn [line] None)
    ;; A pattern knows the characters of the model only.
    seed (if (and (in "match" options) (= (get kind 0) "words")) "one two" seed)
    texts (in-all-ways model seed
      {#** options  "length" length  "rng_seed" rng-seed  "warn" said}))
  (assert (= (len (set texts)) 1) texts))


(defn [(pytest.mark.parametrize "options" [
      {} {"match" "[^f]*e"} {"no_repeat" 5} {"samples" 4  "best_of" 3} {"samples" 9  "new" True}
      {"samples" 99}])]
    test-the-command-line-gives-it-too [tmp-path options]
  (setv
    model (saved tmp-path :text "abcdefghij ,.\n" :scale 0.6 :items "line" :longest-item 40)
    model.checkpoint.items (fingerprints ["abc"])
    _ (.save model (/ tmp-path "model"))
    same {"rng_seed" 3  "length" 60  "samples" 1  #** options}
    flags (lfor
      [name value] (.items same)
      part [f"--{(hy.unmangle name)}" #* (if (is value True) [] [(str value)])]
      part))
  (assert (= (.splitlines (output tmp-path "--generate" "abc" #* flags))
    (.generate model "abc" #** same))))


(defn test-a-conversation-gives-it-too [tmp-path]
  (setv
    model (saved tmp-path :text "abcdefghij ,.\n" :scale 0.6)
    texts (lfor seed ["abc" "de"] (.generate model seed :rng-seed 3 :length 80)))
  (assert (= (output tmp-path "--interactive" "--rng-seed" 3 "--length" 80 :input "abc\nde\n")
    (.join "" (gfor text texts (+ text "\n"))))))


;; * What is read is what is shown

(defn [(pytest.mark.parametrize "options" [
      {"lower" True  "text" "hi abcABC\n"}
      {"text" "hi abc\n"}])]
    test-capitals-of-a-seed-are-read-and-shown-in-lower-case-as-the-text-was [tmp-path options]
  (setv
    model (saved tmp-path #** options)
    text (.generate model "hi a" :length 9 :rng-seed 1))
  (for [seed ["hi a" "Hi A" "HI A"]]
    (assert (= (.generate model seed :length 9 :rng-seed 1) text))
    (assert (= (output tmp-path "--generate" seed "--length" 9 "--rng-seed" 1) (+ text "\n")))))


(defn test-what-a-model-cannot-read-of-a-seed-is-not-shown []
  (setv
    model (TextModel (small-model :text "abc\n"))
    said []
    text (.generate model "aébc☃" :length 20 :rng-seed 1 :warn said.append))
  (assert (= text (.generate model "abc" :length 20 :rng-seed 1)))
  (for [part ["'é'" "'☃'" "left out"]] (assert (in part (get said 0))))
  (setv model (TextModel (small-model :unit "words" :text "one two three.\n")))
  (setv [dog cat] (lfor animal ["dog" "cat"]
    (.generate model f"one {animal}" :length 9 :rng-seed 1 :warn said.append)))
  (assert (= (.removeprefix dog "one dog") (.removeprefix cat "one cat")))
  (for [part ["' dog'" "read as an unknown word"]] (assert (in part (get said 1)))))


(defn test-samples-stand-apart-in-the-order-of-their-numbers [tmp-path]
  (setv
    model (saved tmp-path :text "ab.\n" :odds {"." 0.004})
    same {"stop" "."  "rng_seed" 1  "min_p" 0  "length" None  "samples" 5}
    shown (output tmp-path "--generate" "" "--stop" "." "--rng-seed" 1 "--min-p" 0
      "--samples" 5)
    parts (cut (re.split r"--- (\d) of 5 ---\n" (+ shown "\n")) 1 None)
    numbers (list (map int (cut parts None None 2)))
    texts (.generate model "" #** same))
  (assert (= numbers [1 2 3 4 5]))
  (assert (= (lfor part (cut parts 1 None 2) (.removesuffix part "\n\n")) texts))
  (refused (program "--generate" "" "--samples" 2 :folder tmp-path) "need an end"))


(defn test-any-thread-may-close-a-stream []
  (for [_ (range 20)]
    (setv
      [chunks caught] [(.stream (get MODELS #("characters" None))) []]
      reader (Thread :target (fn []
        (try
          (for [_ chunks])
          (except [error Exception] (.append caught error))))))
    (next chunks)
    (.start reader)
    (time.sleep 0.01)
    (.close chunks)
    (.join reader 30)
    (assert (= #((.is-alive reader) caught (list chunks)) #(False [] [])))))


(defn test-a-task-reads-a-stream-and-another-ends-it []
  (setv chunks (.stream (get MODELS #("characters" None))))
  (defn :async read []
    (setv read [])
    (while (is-not (setx chunk (await (asyncio.to-thread next chunks None))) None)
      (.append read chunk))
    read)
  (defn :async end []
    (setv reader (asyncio.create-task (read)))
    (await (asyncio.sleep 0.01))
    (.close chunks)
    (await (asyncio.wait-for reader 30)))
  (assert (isinstance (asyncio.run (end)) list))
  (assert (= (list chunks) [])))
