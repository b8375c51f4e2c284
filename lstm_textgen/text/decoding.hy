"From bytes to text: encodings, and bytes that aren't text in any of them."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  itertools [chain islice]
  re
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [counted])

(setv
  ;; The encodings among which the one of a file is guessed, likelier ones first.
  LIKELY ["utf_8" "utf_16" "cp1252" "mac_roman" "cp1251" "cp1250" "koi8_r" "gb18030" "big5" "cp932"
    "euc_jp" "cp949"]
  ;; charset-normalizer's scores are from 0 to 1: where they differ by less, the likelier encoding
  ;; is the better guess. Of 324 short texts in 18 languages 81% are guessed right, not 64%.
  SAME-SCORE 0.01
  GUESSED-FROM 4096  ; bytes from which an encoding is guessed
  ;; Formats without a reader, by their first bytes, and what to do with each.
  UNREADABLE-FORMATS {
    rb".{60}(?:BOOKMOBI|TEXtREAd)"
      ["a Kindle book" "convert it to .epub, as Calibre does, and give that"]
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a.{,4}\0|RIFF.{4}WEBP|II\*\0|MM\0\*"
      ["a picture" "give its text as a .txt file"]}
  ;; Control characters except \t \n \r are removed. Of those that terminal logs don't have (they
  ;; have \a \b \v \f and escape) a text has few; compressed data, read as latin-1, has a tenth.
  CONTROLS (lfor n [#* (range 7) #* (range 14 27) #* (range 28 32) 127] (chr n))
  REMOVED (re.compile r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
  FEW-CONTROLS 0.05  ; of the characters of a text
  NULS "\0\0\0\0"  ; data: what pads archives, images and programs
  ;; What no language writes: UTF-8 read as latin-1 or cp1252, and cp1252 read as latin-1.
  GARBLED (re.compile r"â€.?|â[\x80-\xbf]{2}|[ÂÃ][\x80-\xbf]|[\x80-\x84\x86-\x9f]")
  FEW-GARBLED 3)  ; in the first chunk of a text that is called so


(defclass NotText [ValueError]
  "Raised for a file that isn't text: an error if it was named, passed over if it is in a folder.")


(defn decode [name chunks encoding]
  #[[Yield the text of `chunks` (bytes), chunk by chunk, never as a whole.

  `name` is what messages call it. Raise `NotText` for bytes that can't be decoded as `encoding`,
  and for more than a few control characters.]]
  (setv
    decoder ((codecs.getincrementaldecoder encoding))
    size 0
    lines 0)
  (try
    (for [data chunks]
      (unless size
        (for [[pattern [kind advice]] (.items UNREADABLE-FORMATS)
              :if (re.match pattern data re.DOTALL)]
          (raise (NotText f"{name} is {kind}, not plain text; {advice}"))))
      (+= size (len data))
      (setv text (.decode decoder data))
      (_check-controls name text encoding)
      (+= lines (.count text "\n"))
      (yield text))
    (yield (.decode decoder b"" True))
    (except [error UnicodeDecodeError]
      (setv
        data error.object  ; the last bytes, after those left over from before
        likely (likely-encoding data encoding)
        before (.decode (cut data error.start) error.encoding "ignore")
        line (+ 1 lines (.count before "\n")))
      (_check-controls name (.decode data likely "ignore") encoding)
      (refuse f"{name} is not valid {encoding}: byte {(+ (- size (len data)) error.start)}, "
        f"on line {line}, is 0x{(get data error.start) :02x}; fix the file or try "
        'encoding f" {likely}" :kind NotText))
    (except [error UnicodeError]  ; UTF-16 without a byte order mark
      (refuse f"{name} is not valid {encoding}: {error}; try another " 'encoding :kind NotText))))


(defn _check-controls [name text encoding]
  "Raise `NotText` if `text`, of the file `name`, has more than a few control characters."
  (when (or (in NULS text) (> (sum (map text.count CONTROLS)) (* FEW-CONTROLS (len text))))
    (refuse f"{name} is not {encoding} text: it has many control characters; "
      "give a plain text file, or the right " 'encoding :kind NotText)))


(defn decode-plain [name head chunks encoding]
  "Yield text as `decode`, but without control characters; return words about what is odd in it."
  (setv [odd removed] [None 0])
  (for [text (decode name (chain [head] chunks) encoding)]
    (when (is odd None) (setv odd (_garbled text head encoding)))
    (setv [text count] (.subn REMOVED "" text))
    (+= removed count)
    (yield text))
  [#* odd #* (if removed [f"removed {(counted removed "control characters")}"] [])])


(defn _garbled [text data encoding]
  "Return a list of words about `text`, decoded from `data`: none unless that was wrong."
  (setv found (list (islice (.finditer GARBLED text) FEW-GARBLED)))
  (when (< (len found) FEW-GARBLED) (return []))
  (setv
    own (. (codecs.lookup encoding) name)
    better (if (and (!= own "utf-8") (_decodes? "utf-8" data))
      "utf-8"
      (likely-encoding data encoding)))
  [(Message f"wrongly decoded, with characters such as {(get found 0 0) !r}; "
    #* (if (= own "utf-8")
      ["that happened before the file was saved, so get it again, or repair it (ftfy can)"]
      ["give " 'encoding f" {better}"]))])


(defn likely-encoding [data failed]
  "Return the likely encoding of `data`, which isn't in the encoding `failed`."
  (import charset-normalizer [from-bytes])  ; here, as it takes 50 ms
  (setv
    failed (.replace (. (codecs.lookup failed) name) "-" "_")  ; as in `LIKELY`
    possible (lfor each LIKELY :if (and (!= each failed) (_decodes? each data)) each)
    ;; Lines of ASCII are the same in most encodings, but not in UTF-16, which has NULs.
    telling (if (in b"\0" data)
      data
      (.join b"\n" (gfor line (.splitlines data) :if (not (.isascii line)) line)))
    ;; Whole lines, as the data may end within a character.
    end (when (> (len data) GUESSED-FROM) (or (+ 1 (.rfind telling b"\n" 0 GUESSED-FROM)) None))
    matches (list (from-bytes (cut telling end) :cp-isolation possible)))
  (for [score [(fn [match] (- match.chaos)) (fn [match] match.coherence)]]
    (setv
      best (max (map score matches) :default 0)
      matches (lfor match matches :if (>= (score match) (- best SAME-SCORE)) match)))
  (setv alike (sfor match matches name match.could-be-from-charset name))
  ;; In latin-1 every byte is a character.
  (.replace (next (gfor each possible :if (in each alike) each) "latin-1") "_" "-"))


(defn declared-encoding [name]
  "Return the encoding that browsers use for `name`, or None if there is none."
  (try
    (setv found (. (codecs.lookup name) name))
    (.decode b"a" found)
    (except [[LookupError ValueError]] (return None)))
  ;; Of these two the time grows with the square of the length.
  (unless (in found ["idna" "punycode"]) (if (in found ["ascii" "iso8859-1"]) "cp1252" found)))


(defn _decodes? [encoding data]
  "Return whether `data`, which may end within a character, can be decoded."
  (try
    (.decode ((codecs.getincrementaldecoder encoding)) data)
    True
    (except [UnicodeError] False)))  ; not a UnicodeDecodeError for UTF-16 without a mark
