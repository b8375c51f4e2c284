#[[Text → ids for texts of any length: they pass in chunks and are never in memory as a whole.

A text is read once and its chunks are stored. They are read back to make the vocabulary, maybe
more than once, and to become ids. Short texts and ids are stored in memory, long ones in a file in
the cache folder, from which the ids are memory-mapped.]]

(eval-when-compile (require hyrule [meth]))
(import
  bisect [bisect]
  hashlib [blake2b]
  mmap
  os
  re
  tempfile [SpooledTemporaryFile]
  numpy :as np
  lstm-textgen.basics.machine [MB cache-folder]
  lstm-textgen.prep [default-prep join-lines])

(setv
  PREPARED MB  ; characters prepared at once
  GATHERED (** 2 18)  ; units put in order at once
  STORED (* 64 MB)  ; bytes stored in memory: more go to a file
  ;; The text before the last line end or single space. Neither "\r\n" nor a run of spaces, one
  ;; unit of a word-level model, is cut in two.
  BEFORE-SPACE (re.compile r"(?s).*(?:(?<=[^\r])(?=[\r\n])|(?<=\S)(?= \S))")
  BEFORE-WORD (re.compile r"(?s).*\S(?= \S)")  ; the text before the last single space
  MOST-MORE 1000)  ; characters by which the held-out part may grow


(defn cut-at-space [chunks]
  #[[Yield the text of `chunks` in parts of about `PREPARED` characters.

  Each but the first begins with white space, so some may be longer. Line ends, normal form C,
  lower case and words never cross such a place: part by part they are those of the whole text.]]
  (setv
    pending []
    size 0)
  (for [chunk chunks  start (range 0 (len chunk) PREPARED)]
    (setv part (cut chunk start (+ start PREPARED)))
    (.append pending part)
    (+= size (len part))
    (when (and (>= size PREPARED) (setx before (.match BEFORE-SPACE part)))
      (setv (get pending -1) (.group before))
      (yield (.join "" pending))
      (setv
        pending [(cut part (.end before) None)]
        size (len (get pending 0)))))
  (when pending (yield (.join "" pending))))


(defn prepared-chunks [chunks [lower-case False] [width None]]
  "Return the text of `chunks` as `default-prep` and `join-lines` leave it, in new chunks."
  (setv prepared (gfor chunk (cut-at-space chunks) (default-prep chunk lower-case)))
  (if width (cut-at-space (_joined prepared width)) prepared))


(defn _joined [chunks width]
  "Yield the text of `chunks` as `join-lines` leaves it."
  (setv rest "")
  (for [chunk chunks]
    (setv
      text (+ rest chunk)
      ;; The last line may go on in the next chunk, and the one before it may be wrapped.
      start (+ 1 (.rfind text "\n" 0 (max 0 (.rfind text "\n"))))
      rest (cut text start None)
      word (get (re.match r"\S*" rest) 0))
    (yield (.removesuffix (join-lines (+ (cut text start) word) width) word)))
  (yield (join-lines rest width)))


(defn ids-of [text vocabulary]
  "Return the read-only ids (time,) of `text` (chunks): of a long one, a file deleted with them."
  (with [ids (Store)]
    (for [chunk text] (.add ids (.tobytes (.encode vocabulary chunk))))
    (.array ids vocabulary.dtype)))


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
  "Bytes stored part by part: up to `most` of them (`STORED`) in memory, more in a file."

  (meth __init__ [[most None]]
    (setv [@most @sizes] [(or most STORED) []])
    ;; The system removes the file once it is neither open nor mapped, or the process ends.
    (.__init__ (super) @most :dir (cache-folder)))

  (meth add [data]
    "Store one more part, `data`; raise `OSError` if the cache folder is full."
    (.append @sizes (len data))
    (try
      (when (> (sum @sizes) @most) (os.makedirs (cache-folder) :exist-ok True))
      (@write data)
      (@flush)
      (except [error OSError]
        (raise (OSError (+ f"can't store the text in the cache folder {(cache-folder) !r}: "
          f"{(or error.strerror error)}; "
          "set the environment variable LSTM_TEXTGEN_CACHE to another folder")) :from error))))

  (meth array [dtype]
    "Return all bytes as a read-only array of `dtype`; end storing."
    (@seek 0)
    (np.frombuffer
      (if (> (sum @sizes) @most)
        ;; The mapping has its own handle. Windows removes the file with the last handle.
        (mmap.mmap (@fileno) 0 :access mmap.ACCESS-READ)
        (@read))
      dtype)))


(defclass Text [Store]
  "A text stored in the chunks in which it comes, to be read more than once."

  (meth __init__ []
    (.__init__ (super))
    (setv
      @starts [0]  ; of each chunk, in characters; and the end of the last
      @_digest (blake2b :digest-size 8)))

  (meth add [chunk]
    "Store one more chunk (str)."
    (setv data (.encode chunk "utf-8" "surrogatepass"))  ; a vocabulary will refuse lone surrogates
    (.add (super) data)
    (.update @_digest data)
    (.append @starts (+ @length (len chunk))))

  (meth [property] length []
    "The number of characters."
    (get @starts -1))

  (meth [property] fingerprint []
    "What identifies the text, however it is cut: 16 hexadecimal digits."
    (.hexdigest @_digest))

  (meth __iter__ []
    (@part 0 @length))

  (meth part [start stop]
    "Yield the characters from `start` to before `stop`, in chunks."
    (setv
      first (- (bisect @starts start) 1)
      offset (sum (cut @sizes first)))
    (for [n (range first (len @sizes))  :if (< (get @starts n) stop)]
      (@seek offset)
      (setv
        offset (+ offset (get @sizes n))
        chunk (.decode (@read (get @sizes n)) "utf-8" "surrogatepass")
        before (get @starts n))
      (yield (cut chunk (max 0 (- start before)) (- stop before)))))

  (meth sample [most size]
    "Return up to `most` parts of `size` characters, evenly spaced; of a short text, the text."
    (setv count (max 1 (min most (// @length size))))
    (lfor
      n (range count)
      :setv start (* n (// @length count))
      (.join "" (@part start (+ start size)))))

  (meth kept [share]
    #[[Return how many characters are left to train on if the `share` at the end is held out.

    The held-out part begins with a line or, if none begins just before that place, with a word.
    A line or a word is the same in any units, so models of any units have the same part.]]
    (setv
      held (round (* share @length))
      end (- @length held)
      more (min MOST-MORE (// held 10) (// end 10))
      before (.join "" (@part (- end more) (+ end 2)))
      word (.match BEFORE-WORD before))
    (+ (- end more) (or
      (+ 1 (.rfind before "\n" 0 more))
      (and word (.end word))
      more))))
