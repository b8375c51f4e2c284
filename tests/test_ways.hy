"Every way of text into a model and out of it, through the program itself."

(import
  gzip
  pytest
  tests.helpers [TEXT VERSE counting output program succeeded write-all write-text]
  tests.web [serve-files])

(setv
  FLAGS ["--epochs" "1" "--layers" "16" "--lookback" "16" "--batch-size" "8"
    "--learning-rate" "0.02"]
  CHINESE (* "牀前明月光,疑是地上霜。\n舉頭望明月,低頭思故鄉。\n" 200))


(defn learn [folder #* arguments #** how]
  "Train in `folder` with `arguments`; return what the program shows."
  (setv shown (output folder #* arguments #* FLAGS #** how))
  (assert (.exists (/ folder "model.h5")))
  shown)


(defn written [folder seed [length 40]]
  "Return what the model in `folder` generates after `seed`, `length` units."
  (setv text (output folder "--generate" seed "--length" length "--rng-seed" 1))
  (assert (.startswith text seed))
  (.removesuffix (.removeprefix text seed) "\n"))


(defn [counting (pytest.mark.parametrize #("unit" "seeds") [
    #("words" ["the cat"]) #("pieces" ["the ca" "th"])])]
    test-words-and-pieces-are-learnt-from-standard-input [tmp-path unit seeds]
  (setv shown (learn tmp-path "--sources" "-" "--unit" unit "--max-words" "40" :input TEXT))
  (assert (in f" {unit}/s" shown))
  (for [seed seeds]
    (assert (<= (set (written tmp-path seed)) (set TEXT)))))  ; and no <unk>


(defn [counting] test-a-recipe-is-learnt-from-with-a-gz-of-another-encoding-beside-it [tmp-path]
  (write-all {
    (/ tmp-path "recipes" "poem.gz") (gzip.compress (.encode (+ "# QUIET\n" CHINESE) "gb18030"))
    (/ tmp-path "recipes" "poem.hy") #[[
(require lstm-textgen.macros [defrecipe])
(defrecipe poem "A moon."
  :sources ["poem.gz"]
  :prep [(drop-lines "^#")]
  :encoding "gb18030"
  :epochs 9)]]})
  (setv shown (learn tmp-path "--recipe" "recipes/poem.hy"))
  (assert (in "epoch 1/1 " shown))  ; the flag wins
  (assert (<= (set (written tmp-path "明月")) (set CHINESE))))


(defn [counting] test-a-url-is-learnt-from-and-asked-for-once [tmp-path]
  (write-text tmp-path)
  (setv cache {"LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache"))})
  (with [server (serve-files tmp-path)]
    (setv
      url f"{server.url}/text.txt"
      shown (learn tmp-path "--sources" url :environment cache)))
  (assert (in f"downloading {url} (0.0 MB)\n" shown))
  (assert (<= (set (written tmp-path "the")) (set VERSE)))
  ;; Now nobody answers there, and the text is in the cache.
  (setv again (program "--sources" url "--epochs" "1" :folder tmp-path :environment cache))
  (assert (not-in "downloading" (succeeded again))))
