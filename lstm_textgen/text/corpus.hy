#[[Text → ids for texts of any length: they pass in pieces and are never in memory as a whole.

A text is read once and its pieces are stored. They are read back to make the vocabulary, maybe
more than once, and to become ids. Short texts and ids are stored in memory, long ones in a file in
the cache folder, from which the ids are memory-mapped.]]

(import
  mmap
  os
  re
  tempfile [SpooledTemporaryFile]
  zlib
  numpy :as np
  lstm-textgen.basics.machine [MB cache-folder]
  lstm-textgen.prep [default-prep])

(setv
  PIECE MB  ; characters prepared at once
  GATHERED (** 2 18)  ; units put in order at once
  STORED (* 64 MB)  ; bytes stored in memory: more go to a file
  ;; The text before the last line end or single space. Neither "\r\n" nor a run of spaces, one
  ;; unit of a word-level model, is cut in two.
  BEFORE-SPACE (re.compile r"(?s).*(?:(?<=[^\r])(?=[\r\n])|(?<=\S)(?= \S))")
  ;; What comes before a paragraph, a line and a sentence.
  STARTS [r"\n[^\S\n]*\n\s*" r"\n\s*" r"(?:[.!?…]\s+|[。！？]\s*)"]
  NEARBY 1000  ; units to either side of the middle of a text in which a seed is looked for
  MOST-WORDS 3  ; of a seed
  LONG-WORD 20  ; characters above which a word is cut, as in scripts without spaces
  SHORT-SEED 4)  ; characters that are left of it


(defn cut-at-space [pieces]
  #[[Yield the text of `pieces` in parts of about `PIECE` characters.

  Each but the first begins with white space, so some may be longer. Line ends, normal form C,
  lower case and words never cross such a place: part by part they are those of the whole text.]]
  (setv
    held []
    size 0)
  (for [piece pieces  start (range 0 (len piece) PIECE)]
    (setv part (cut piece start (+ start PIECE)))
    (.append held part)
    (+= size (len part))
    (when (and (>= size PIECE) (setx before (.match BEFORE-SPACE part)))
      (setv (get held -1) (.group before))
      (yield (.join "" held))
      (setv
        held [(cut part (.end before) None)]
        size (len (get held 0)))))
  (when held (yield (.join "" held))))


(defn prepared-pieces [pieces [lower-case False]]
  "Return the text of `pieces` in others, those of `cut-at-space`, as `default-prep` leaves them."
  (gfor piece (cut-at-space pieces) (default-prep piece lower-case)))


(defn ids-of [text vocabulary]
  #[[Return the read-only ids (time,) of `text`, an iterable of pieces.

  Those of a long text are a mapped file, deleted with them. Raise `OSError` as a `Store` does.]]
  (with [ids (Store)]
    (for [piece text] (.add ids (.tobytes (.encode vocabulary piece))))
    (.array ids vocabulary.dtype)))


(defn fingerprint [ids]
  "Return a short text that identifies `ids` (time,): number and CRC-32."
  f"{(len ids)}:{(zlib.crc32 (np.ascontiguousarray ids)) :08x}")


(defn seed-within [ids vocabulary]
  #[[Return a short seed from the middle of the text of `ids` (time,); empty if none is found.

  It is the beginning of a paragraph or else of a line or a sentence: three words, or four
  characters where words aren't separated. It begins with a letter, and has neither control
  characters nor an apostrophe, which shells would need escaped.]]
  (setv
    middle (// (len ids) 2)
    text (.decode vocabulary (cut ids (max 0 (- middle NEARBY)) (+ middle NEARBY))))
  (for [start STARTS  found (re.finditer rf"{start}(?=([^\W\d_][^\n]*))" text)]
    (setv
      line (get found 1)
      words (cut (.split line) MOST-WORDS)
      seed (if (> (len (get words 0)) LONG-WORD)
        (cut line SHORT-SEED)
        (.rstrip (.join " " words) ",;:")))
    (when (and (< (len seed) (len line)) (.isprintable seed) (not-in "'" seed)) (return seed)))
  "")


(defn gathered [ids bounds order]
  #[[Return the read-only ids of some parts of `ids` (time,), in another order.

  Part n begins at bounds[n] and stops before bounds[n + 1]; `order` (count,) has the numbers of
  those wanted. Long ones are in a file.]]
  (setv
    view (memoryview ids)
    at-once (max 1 (// (* GATHERED (len bounds)) (len ids))))  ; parts, of average length
  (with [store (Store)]
    (when (> ids.nbytes STORED) (.rollover store))  ; while the file of `ids` takes memory
    (for [first (range 0 (len order) at-once)]
      (setv
        chosen (.astype (cut order first (+ first at-once)) int)
        [starts stops] (lfor places [chosen (+ chosen 1)] (.tolist (.take bounds places))))
      (.add store (.join b"" (lfor [start stop] (zip starts stops) (cut view start stop)))))
    (.array store ids.dtype)))


(defclass Store [SpooledTemporaryFile]
  "Bytes or text stored part by part: up to `most` bytes (`STORED`) in memory, more in a file."

  (defn __init__ [self [most None]]
    (setv [self.most self.sizes] [(or most STORED) []])
    ;; The system removes the file once it is neither open nor mapped, or the process ends.
    (.__init__ (super) self.most :dir (cache-folder)))

  (defn add [self data]
    "Store one more part, `data` (bytes or str); raise `OSError` if the cache folder is full."
    ;; The vocabulary will refuse lone surrogates.
    (when (isinstance data str) (setv data (.encode data "utf-8" "surrogatepass")))
    (.append self.sizes (len data))
    (try
      (when (> (sum self.sizes) self.most) (os.makedirs (cache-folder) :exist-ok True))
      (.write self data)
      (.flush self)
      (except [error OSError]
        (raise (OSError (+ f"can't store the text in the cache folder {(cache-folder) !r}: "
          f"{(or error.strerror error)}; "
          "set the environment variable LSTM_TEXTGEN_CACHE to another folder")) :from error))))

  (defn __iter__ [self]
    "Yield the parts, in order, as text."
    (.seek self 0)
    (for [size self.sizes] (yield (.decode (.read self size) "utf-8" "surrogatepass"))))

  (defn array [self dtype]
    "Return all bytes as a read-only array of `dtype`; end storing."
    (.seek self 0)
    (np.frombuffer
      (if (> (sum self.sizes) self.most)
        ;; The mapping has its own handle. Windows removes the file with the last handle.
        (mmap.mmap (.fileno self) 0 :access mmap.ACCESS-READ)
        (.read self))
      dtype)))
