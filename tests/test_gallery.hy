"The gallery: entries renewed from real runs, passages shaded by surprise."

(import
  html [escape]
  re
  pytest
  tests.forkserver [COUNTING]
  tests.helpers [ROOT TEXT forked-python write]
  tools.gallery [ALL FACTS PAGE PASSAGE SOURCE assert-quoted renewed samples-in shaded
    whole-lines])

(setv
  ENTRIES (cut (.split (.read-text PAGE :encoding "utf-8") "\n## ") 1 None)
  VERSE #[[## Verse
<!-- from verse.txt -->
> <heylo>

<!-- shades: :sample-2 -->
<blockquote>

</blockquote>

<!-- shades: :epoch-1 -->
<blockquote>

</blockquote>

0 epochs, 0 bits

```console
$ curl -L https://example.invalid/verse > verse.txt
$ ./train.hy --sources verse.txt --epochs 1 --model verse
$ ./train.hy --generate "<heylo>" --model verse --length 50 --samples 2 --rng-seed 1
```
]])


(defn verse-renewed [folder entry]
  "Return the `entry` renewed in `folder` with a text at hand, and what its commands generated."
  (write (/ folder "texts" "verse.txt") (+ TEXT "<heylo>\n"))
  (renewed entry (/ folder "runs") (/ folder "texts")
    :python (forked-python) :environment {COUNTING "1"}))


(defn samples-of [entry]
  "Return the samples that the file of an `entry` has, as its last command generated them."
  (setv
    [[_ file]] (.findall ALL entry)
    [command] (re.findall r"(?m)^\$ (.*--samples.*)$" entry))
  (samples-in (.split command) (.read-text (/ PAGE.parent file) :encoding "utf-8")))


(defn quoted [text]
  (.replace (escape text :quote False) "\n" "<br>\n"))


(defn test-an-entry-is-renewed-by-its-commands-with-a-text-at-hand [tmp-path]
  (setv
    [entry printed] (verse-renewed tmp-path VERSE)
    [[shades kind _ passage] [_ after _ written]] (.findall PASSAGE entry))
  (assert (re.search r"(?m)^1 epoch, [1-8]\.\d\d bits$" entry))
  (assert (= [kind after] ["sample" "epoch"]))
  (assert (= passage (quoted (get (samples-in ["--samples"] printed) 1))))
  (assert (re.fullmatch "0{7}[0-8]{50}" shades))
  (assert (re.search "[1-8]" shades))
  (assert written))


(defn test-a-model-at-hand-is-not-trained-again [tmp-path]
  (setv once (verse-renewed tmp-path VERSE))
  (assert (= (verse-renewed tmp-path (.replace (get once 0) "--epochs 1" "--epochs 2"))
    #((.replace (get once 0) "--epochs 1" "--epochs 2") (get once 1)))))


(defn test-a-line-that-the-text-lacks-is-not-quoted [tmp-path]
  (write (/ tmp-path "verse.txt") TEXT)
  (with [_ (pytest.raises AssertionError :match "verse.txt has no line '<heylo>'")]
    (assert-quoted VERSE tmp-path)))


(defn test-samples-are-separated-by-lines-or-are-items-or-one-text []
  (assert (= (samples-in ["--samples" "2"] "--- 1 of 2 ---\na\nb\n\n--- 2 of 2 ---\nc\n")
    ["a\nb" "c"]))
  (assert (= (samples-in ["--samples" "2"] "a\nb\n") ["a" "b"]))
  (assert (= (samples-in ["--samples" "2"] "a\nb\n\nc\n") ["a\nb" "c"]))
  (assert (= (samples-in [] "a\nb\n") ["a\nb"])))


(defn test-what-an-epoch-wrote-ends-with-a-sentence-or-a-line []
  (assert (= (whole-lines "One. \"Two.\" Thr") "One. \"Two.\""))
  (assert (= (whole-lines "one\ntwo\n\nthr") "one\ntwo"))
  (assert (= (whole-lines "one") "one")))


(defn test-a-passage-is-shaded-in-runs-of-one-surprise []
  (assert (=
    (shaded "<!-- shades: 0038:sample-1 -->\n<blockquote>\na&amp;<br>\nb\n</blockquote>\n")
    (+ "<blockquote class=\"passage\"><i class=\"s0\">a&amp;</i><i class=\"s3\"><br></i>"
      "<i class=\"s8\">b</i></blockquote>\n"))))


(defn test-the-site-unfolds-all-samples []
  (setv shown (shaded "[All ten](gallery/people.txt)\n"))
  (assert (re.fullmatch
    r"<details><summary>All ten</summary><blockquote class=\"samples\">.*</blockquote></details>\n"
    shown))
  (assert (= (.count shown ".<br>") 9)))


(defn test-six-entries-show-three-of-the-ten-that-their-files-have []
  (setv shown (lfor entry ENTRIES :if (.search ALL entry) entry))
  (assert (= (len shown) (len (list (filter FACTS.search ENTRIES))) 6))
  (for [entry shown]
    (setv
      ten (samples-of entry)
      chosen (lfor [_ _ n text] (.findall PASSAGE entry) #((get ten (- (int n) 1)) text)))
    (assert (= [(len ten) (len chosen)] [10 3]) entry)
    (for [[sample text] chosen] (assert (= text (quoted sample))))))


(defn test-each-passage-of-the-gallery-has-a-shade-for-each-character []
  (setv passages (.findall PASSAGE (.join "" ENTRIES)))
  (assert (= (.count (shaded (.join "" ENTRIES)) "class=\"passage\"") (len passages) 21)))


(defn test-the-gallery-quotes-included-texts-as-they-are [tmp-path]
  (for [entry ENTRIES  [name _] (.findall SOURCE entry)]
    (when (.exists (/ ROOT "corpora" name)) (assert-quoted entry tmp-path))))


(defn test-what-the-gallery-downloads-never-changes []
  (setv addresses (re.findall r"https://\S+" (.join "" ENTRIES)))
  (assert addresses)
  (for [address addresses]
    (assert (re.match r"https://raw\.githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/" address))))
