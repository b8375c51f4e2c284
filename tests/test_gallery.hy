"The gallery: entries renewed from real runs, passages shaded by surprise."

(import
  re
  tests.forkserver [COUNTING]
  tests.helpers [TEXT forked-python write]
  tools.gallery [FACTS PAGE PASSAGE renewed shaded])

(setv VERSE #[[## Verse
0 minutes, 0 bits:

<!-- shades:  -->
<blockquote>

</blockquote>

```console
$ curl -L https://example.invalid/verse > verse.txt
$ ./train.hy --sources verse.txt --model verse
$ ./train.hy --generate "<heylo>" --model verse --length 50 --rng-seed 1
```
]])


(defn test-an-entry-is-renewed-by-its-commands-with-a-text-at-hand [tmp-path]
  (write (/ tmp-path "texts" "verse.txt") (+ TEXT "<heylo>\n"))
  (setv
    entry (renewed VERSE (/ tmp-path "verse") (/ tmp-path "texts")
      :python (forked-python) :environment {COUNTING "1"})
    [shades _ passage] (.groups (.search PASSAGE entry)))
  (assert (re.search r"(?m)^[\d.]+ minutes, [1-8]\.\d\d bits:$" entry))
  (assert (.startswith passage "&lt;heylo&gt;"))
  (assert (re.fullmatch "0{7}[0-8]{50}" shades))
  (assert (re.search "[1-8]" shades)))


(defn test-a-passage-is-shaded-in-runs-of-one-surprise []
  (assert (=
    (shaded "<!-- shades: 0038 -->\n<blockquote>\na&amp;<br>\nb\n</blockquote>\n")
    (+ "<blockquote class=\"passage\"><i class=\"s0\">a&amp;</i><i class=\"s3\"><br></i>"
      "<i class=\"s8\">b</i></blockquote>\n"))))


(defn test-each-entry-of-the-gallery-has-its-facts-and-a-shaded-passage []
  (setv page (.read-text PAGE :encoding "utf-8"))
  (assert (>= (len (.findall FACTS page)) 10))
  (assert (= (len (.findall FACTS page)) (.count (shaded page) "class=\"passage\"")
    (len (re.findall r"\n\$ .*--sources " page)))))
