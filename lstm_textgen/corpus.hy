#[[Text → ids, however long the text is: it passes by in pieces, and never stands in memory whole.

A text is read once. While the vocabulary learns from its pieces they are laid by; then each is taken up again and becomes ids. What is laid by, text or ids, stays in memory while it is short, and else goes to a file in the cache folder, from where the ids are mapped into memory page by page as they are read.]]

(import
  io [BytesIO]
  mmap
  os
  re
  tempfile [TemporaryFile]
  numpy :as np
  lstm_textgen.sources [MB cache-folder])

(setv
  PIECE MB           ; characters that are prepared at once
  LIMIT (* 64 MB)    ; bytes laid by in memory: more go to a file
  ;; What comes before the last line end or single space. No "\r\n" is cut in two, and no run of
  ;; spaces, which is one unit to a model by words.
  BEFORE-SPACE (re.compile r"(?s).*(?:(?<=[^\r])(?=[\r\n])|(?<=\S)(?= \S))"))


(defn cut-at-space [pieces]
  #[[Yield the text whose consecutive parts are `pieces` in other parts, of about `PIECE` characters; each but the first begins with white space.

  Line ends, normal form C, lower case and words never reach over such a place: part by part they come to the same as for the whole text. Where there is no white space a part is as long as it takes to find some.]]
  (setv held []  size 0)
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
  (when held
    (yield (.join "" held))))


(defn text-ids [pieces learn]
  #[[Return #(ids vocabulary) for the text whose consecutive parts are `pieces`, cut as by `cut-at-space`.

  `learn` makes the `Vocabulary` of an iterable of pieces, all of which it must go through, as `Vocabulary.build` does. `ids` (time,) can't be written to. Those of a text of more than `LIMIT` ids of a byte are a file mapped into memory, which vanishes with them. `OSError` if the cache folder has no room.]]
  (setv
    text (_Store)
    ids (_Store)
    vocabulary (learn (_lay-by pieces text)))
  (for [data (.parts text)]
    (.add ids (.tobytes (.encode vocabulary (.decode data "utf-8" "surrogatepass")))))
  #((.array ids (. (.encode vocabulary "") dtype)) vocabulary))


(defn release [ids]
  #[[Let the system have back the memory of the pages that `ids` has been read from, if it is a mapped file or a part of one; they come again when they are needed. Else a whole epoch would bring the whole file into memory.]]
  (while (isinstance ids np.ndarray)  ; a part's base is the whole, whose base is a view of the file
    (setv ids ids.base))
  (setv file (getattr ids "obj" None))
  (when (isinstance file mmap.mmap)
    (.madvise file mmap.MADV-DONTNEED)))


(defn _lay-by [pieces store]
  "Yield `pieces` as they are, each once it is in `store`."
  (for [piece pieces]
    ;; A lone surrogate passes here and is refused by the vocabulary.
    (.add store (.encode piece "utf-8" "surrogatepass"))
    (yield piece)))


(defclass _Store []
  "Bytes laid by part after part: up to `LIMIT` of them in memory, more in a file."

  (defn __init__ [self]
    (setv self.file (BytesIO)  self.sizes []  self.on-disk False))

  (defn add [self data]
    "Lay by one more part, `data` (bytes)."
    (.append self.sizes (len data))
    (try
      (when (and (not self.on-disk) (> (sum self.sizes) LIMIT))
        (._move-to-disk self))
      (.write self.file data)
      (.flush self.file)
      (except [error OSError]
        (raise (OSError (+ f"can't keep a text so long in the folder {(cache-folder) !r}: {error.strerror}; "
          "name another in the environment variable LSTM_TEXTGEN_CACHE")) :from error))))

  (defn _move-to-disk [self]
    "Go on in a file. It has no name: whatever happens, nothing is left of it after the process."
    (os.makedirs (cache-folder) :exist-ok True)
    (setv file (TemporaryFile :dir (cache-folder)))
    (.write file (.getbuffer self.file))
    (setv self.file file  self.on-disk True))

  (defn parts [self]
    "Yield the parts, in order."
    (.seek self.file 0)
    (for [size self.sizes]
      (yield (.read self.file size))))

  (defn array [self dtype]
    "Return all bytes as an array of `dtype`: no copy, but the memory or the file itself."
    (np.frombuffer
      (if self.on-disk
        (mmap.mmap (.fileno self.file) 0 :access mmap.ACCESS-READ)
        (.toreadonly (.getbuffer self.file)))
      dtype)))
