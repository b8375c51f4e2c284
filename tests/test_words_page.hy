"Words to choose from on a page: the worker finds those that Python finds."

(import
  json
  pytest
  lstm-textgen.pages.playground [playground]
  lstm-textgen.writing.words [Suggester]
  tests.browser [halved-model]
  tests.helpers [block-of brief packed-on]
  tests.node [in-node])

(setv
  pytestmark brief
  VERSE (* "hey, don't he-ho! Hey yo\n" 9)
  TEXTS ["" "hey" "he" "hey " "hey, don'" "hey. " "yo\n" (* "hey yo, " 130) (* "hey yo, " 131)
    (+ (* "hey yo, " 131) "he") (+ (* "hey yo, " 129) "don")
    (+ (* "hey yo, " 20) "he") "h" (* "y" 50)]
  ;; In one worker: each of the texts, typed one after the other. However busy the machine is,
  ;; searches end as in Python.
  ASK (+ "async ([facts, weights, codes, asked]) => { constants.choosing.milliseconds = 60_000;"
    "const module = compiled(codes.map((code) => fromBase64(code)));"
    "const network = new Network(facts, fromBase64(weights), module, constants.paths);"
    "const suggester = new Suggester(facts, network, constants); const found = [];"
    "for (const each of asked) found.push(await (each.learned"
    "? suggester.surprise(each.text, each.learned, 1) : suggester.suggest(each)));"
    "return found; }"))


(defn on-page [model request]
  "Return what the worker of a page of `model` suggests, for each dict in `request`."
  (setv
    page (playground {"a" model})
    [facts] (json.loads (block-of page "facts")))
  (in-node ["text/binary" "network/heap" "network/network" "writing/words"] ASK
    [facts (block-of page "weights-0") (get (packed-on page) "kernels") request]))


(defn assert-alike [found expected]
  "Assert that a page `found` the suggestions that Python `expected`, but for rounding."
  (assert found)
  (assert (= (lfor each found [(get each "text") (get each "word")])
    (lfor each expected [each.text each.word])))
  (assert (= (lfor each found (get each "probability"))
    (pytest.approx (lfor each expected each.probability) :rel 2e-3))))


(defn [(pytest.mark.parametrize "options" [
    {"unit" "characters"}
    {"unit" "pieces"  "max_words" 24  "names" "Hey"}
    {"unit" "words"  "unbroken" "letters commas sentences"}
    {"layers" "6,7"}
    {"text" "你们好吗我们很好。\n"  "rng_seed" 5}
    {"items" "line"  "longest_item" 9}
    {"people" ["hey" "yo"]}])]
    test-a-page-suggests-what-python-suggests [options]
  (setv
    model (halved-model #** {"text" VERSE  "scale" 3  #** options})
    texts (if (in "text" options) ["" "你们" "好。"] TEXTS)
    suggester (Suggester model)
    found (on-page model (lfor text texts {"text" text  "count" 9})))
  (for [[text words] (zip texts found)]
    (assert-alike words (.words suggester text 9 (fn [line] None)))))


(defn [(pytest.mark.parametrize "options" [
    {"text" VERSE  "unit" "pieces"  "max_words" 24  "scale" 3}
    {"text" "hey yo Mr. b Mr. c d.\n"  "unit" "words"  "odds" {" Mr" 99  "." 80  " c" 9}}])]
    test-a-page-suggests-the-phrases-that-python-suggests [options]
  (setv
    model (halved-model #** options)
    texts ["" "hey yo"]
    found (on-page model (lfor text texts {"text" text  "count" 3  "words" 6})))
  (for [[text phrases] (zip texts found)]
    (assert-alike phrases (.phrases (Suggester model) text 3 6))))


(defn test-a-word-that-has-ended-is-not-made-longer []
  (setv
    model (halved-model :text VERSE :odds {" " 20})
    all (dfor each (.words (Suggester model) "he" 99) each.text each.probability)
    [found] (on-page model [{"text" "he"  "count" 9  "ended" True}])
    ratios (lfor
      each found
      :if (in (get each "text") all)
      (/ (get each "probability") (get all (get each "text")))))
  (assert (= (len found) 9))
  (assert (> (len ratios) 5))
  (assert (not (any (gfor each found (.isalpha (get each "text" 0))))))
  (assert (= ratios (pytest.approx (* [(get ratios 0)] (len ratios)) :rel 2e-3))))


(defn test-surprises-are-rare-words-of-the-taught-text-and-none-of-the-last []
  (setv ask {"text" "hey"  "learned" (+ (* "hey they " 9) "node hoot, dent yo")})
  (setv found (on-page (halved-model :text VERSE) (* [ask] 3)))
  (assert (= (sorted (gfor [each] found (.lower (get each "word")))) ["dent" "hoot" "node"])))
