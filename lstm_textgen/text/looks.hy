"Whether a text looks like a list, by its lines: a run then suggests the setting `items`."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  re
  lstm-textgen.basics.messages [Message]
  lstm-textgen.text.lists [item-bounds])

(setv
  FEWEST-LINES 50  ; lines of a text that may look like a list
  PLACES 8       ; of a text that are looked at …
  PLACE 10_000   ; … and units in each
  TYPICAL 80     ; characters of the median line, at most
  ;; Signs of code, and ends of lines that go on.
  SIGNS (re.compile r"[;{}<>=\[\]|\\]|[(),:]$"))


(defn hint-at-list [vocabulary ids held report]
  #[[Suggest the setting `items` on `report` if a text looks like a list.

  The text is that of `ids` and `held`, units (time,); places of `ids` are looked at.]]
  (setv lines (lfor
    start (range 0 (len ids) (max PLACE (// (len ids) PLACES)))
    :setv text (.decode vocabulary (cut ids start (+ start PLACE)))
    ;; The first and the last line of a place may be cut.
    line (cut (.split text "\n") (int (> start 0)) -1)
    line))
  (unless (list? lines) (return))  ; before all line ends are sought, which takes longer
  (setv
    newline (.find vocabulary "\n")
    whole? (= (get [#* (cut ids -1 None) #* (cut held -1 None)] -1) newline)
    count (sum
      (gfor part [ids held] (- (len (item-bounds part newline "line")) 1))
      :start (not whole?)))
  (when (>= count FEWEST-LINES)
    (.say report (Message f"this looks like a list of {count :,} items; try " 'items " line"))))


(defn list? [lines]
  #[[Return whether a text with such `lines`, parts of it, looks like a list with an item a line.

  A list has short lines, hardly any of them empty or indented, that begin in the same way and end
  in the same way. Verse ends lines in several ways, and prose begins them in several when it is
  broken into lines, most of which are then about as long as the longest. Code is full of signs,
  and a chat's lines begin with a few names.]]
  (setv
    full (lfor line lines :if (.strip line) (.rstrip line))
    count (len full)
    sizes (sorted (map len full)))
  (unless full (return False))
  (defn share [test]
    (/ (sum (map test full)) count))
  (setv
    [[ending often]] (.most-common (Counter (map _ending full)) 1)
    often (/ often count)
    typical (get sizes (// count 2))
    long (get sizes (int (* 0.98 count)))
    speakers (Counter (gfor line full :if (in ": " line) (get (.split line ": " 1) 0)))
    spoken (sum (gfor n (.values speakers) :if (> n 1) n)))
  (and
    (>= count (* 0.98 (len lines)))
    (<= typical TYPICAL)
    (<= long (* 6 (max typical 10)))
    (< (share (fn [line] (.isspace (get line 0)))) 0.03)
    (> (share (fn [line] (any (map str.isalpha line)))) 0.9)
    (> (/ (max (.values (Counter (map _beginning full)))) count) 0.85)
    (> often 0.85)
    (< (share (fn [line] (bool (.search SIGNS line)))) 0.1)
    (< spoken (* 0.3 count))
    (or (<= long 30) (= ending "sentence")
      (< (share (fn [line] (>= (len line) (* 0.85 long)))) 0.4))))


(defn _beginning [line]
  "Return the kind of the first letter or digit of `line`."
  (setv first (next (filter str.isalnum line) ""))
  (cond
    (.isdigit first) "digit"
    (.islower first) "small"
    True "letter"))


(defn _ending [line]
  "Return the kind of the last sign of `line`."
  (setv last (cut (.rstrip line "\"'”’»)") -1 None))
  (cond
    (in last ".!?…。！？") "sentence"
    (in last ",;:—–-，；：、") "pause"
    True "word"))
