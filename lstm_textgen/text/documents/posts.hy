#[[One's own posts, as X and Mastodon hand them out: each is an item, a paragraph.

X's archive has `data/tweets.js` and, if they are many, `data/tweets-part1.js` and so on; an older
one has `tweet.js` or a file for each month. Mastodon's has `outbox.json`, in ActivityPub's form.]]

(eval-when-compile (require hyrule [unless]))
(import
  html [unescape]
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.exports [json-objects]
  lstm-textgen.text.documents.reading [HEAD Summary first-text one-line]
  lstm-textgen.text.documents.web [html-lines]
  lstm-textgen.text.items [ENDS])

(setv
  POSTS-FILE r"(?i)(?:^|/)(?:tweets?(?:-part\d+)?|\d{4}_\d\d)\.js$"  ; names of X's in an archive
  SHORT-LINK (re.compile r"https?://t\.co/\w+")  ; stands for a link, a picture or a quoted post
  ;; The ends of addresses of all, and of one's followers; a direct message has neither.
  READERS-OF-POSTS #("#Public" "as:Public" "/followers"))


(defn read-posts [file reading]
  "Yield the text of each of one's own posts in `file`; return a `Summary`."
  (setv
    head (.read file HEAD)
    [service _ suffix post] (find-posts (first-text head reading))
    start (if (= suffix "item") (+ 1 (.index head b"=")) 0)
    items (or reading.items "paragraph")
    [kept left-out] [0 0])
  (for [item (json-objects file reading suffix "an archive of posts" start)]
    (setv
      lines (list (filter None (map one-line (_lines post item reading))))
      text (.join (if (= items "line") " " "\n") lines))
    (if text (+= kept 1) (+= left-out 1))
    (when text (yield (+ text (get ENDS items)))))
  (Summary :items items :words (+
    f"{service}, {(counted kept "posts")}"
    (if left-out "; reposts, direct messages and posts without text left out" ""))))


(defn find-posts [text]
  "Return the row of `ARCHIVES` for a file that begins with `text`, or None."
  (next (gfor row ARCHIVES :if (.match (get row 1) text) row) None))


(defn _lines [post item reading]
  "Return the lines of a JSON object `item`, of which there are none if it is malformed."
  (try
    (or (post item reading) [])
    (except [[AttributeError KeyError TypeError ValueError]] [])))


(defn _tweet [item reading]
  "Return the lines of a post on X, or None for a repost."
  (setv
    tweet (.get item "tweet" item)  ; which older archives don't wrap
    text (or (.get tweet "full_text") (get tweet "text")))
  (unless (.startswith text "RT @") (.splitlines (unescape (.sub SHORT-LINK "" text)))))


(defn _toot [item reading]
  "Return the lines of a post on Mastodon, or None for a repost or a direct message."
  (match item
    {"type" "Create"  "to" to  "cc" cc  "object" {"content" content}}
      :if (any (gfor address [#* to #* cc] (.endswith address READERS-OF-POSTS)))
      (html-lines content reading)))


;; The archives: the service, how the file begins, where its objects are, and what returns the
;; lines of one.
(setv ARCHIVES [
  ["X" (re.compile
    r"\s*(?:window\.YTD\.tweets?\.part\d+|Grailbird\.data\.tweets_\d{4}_\d\d)\s*=\s*\[")
    "item" _tweet]
  ["Mastodon" (re.compile
    r"\s*\{(?=.*?\"type\"\s*:\s*\"OrderedCollection\")(?=.*?\"orderedItems\"\s*:\s*\[\s*\{)"
    re.DOTALL)
    "orderedItems.item" _toot]])
