"One's own posts on X and Mastodon become items, without what others wrote."

(import
  json
  pytest
  tests.helpers [complaint noted write]
  tests.test-documents [zipped-as])

(setv
  pytestmark pytest.mark.quick
  LEFT-OUT "; reposts, direct messages and posts without text left out"
  PUBLIC "https://www.w3.org/ns/activitystreams#Public"
  FOLLOWERS "https://a.example/users/anna/followers")


(defn read [path #** options]
  (setv [text [#* _ [_ summary]]] (noted path #** options))
  #(text summary.words summary.items))


;; * X

(defn tweets [texts [part 0]]
  "Return an archive's `tweets.js` with posts of these `texts`, as X hands it out."
  (+ f"window.YTD.tweets.part{part} = " (json.dumps :indent 2 (lfor [n text] (enumerate texts)
    {"tweet" {
      "edit_info" {"initial" {"editTweetIds" [(str n)]  "isEditEligible" False}}
      "retweeted" False  "favorite_count" "0"  "id_str" (str n)  "truncated" False
      "entities" {"hashtags" []  "urls" [{"url" "https://t.co/a1B2"  "indices" ["5" "21"]}]}
      "created_at" "Sat Jan 04 15:40:07 +0000 2025"  "full_text" text  "lang" "en"}}))))


(defn test-posts-on-x-are-items-without-reposts-short-links-and-entities [here]
  (write "tweets.js" (tweets ["Tea &amp; cake &lt;3" "RT @ben: the pond" "the pond\n\nat noon 🦆"
    "@ben yes, at https://t.co/a1B2 again" "https://t.co/a1B2"]))
  (assert (= (read "tweets.js") #(
    "Tea & cake <3\n\nthe pond\nat noon 🦆\n\n@ben yes, at again\n\n"
    f"X, 3 posts{LEFT-OUT}" "paragraph")))
  (assert (= (get (read "tweets.js" :items "line") 0)
    "Tea & cake <3\nthe pond at noon 🦆\n@ben yes, at again\n")))


(defn test-a-zip-of-x-gives-all-parts-of-its-posts-and-nothing-else [here]
  (write "x.zip" (zipped-as {
    "Your archive.html" "<html><body>Your archive</body></html>"
    "assets/js/main.js" "var a = 1;"
    "data/account.js" "window.YTD.account.part0 = [{\"account\": {\"email\": \"a@b\"}}]"
    "data/deleted-tweets.js" (.replace (tweets ["gone"]) "YTD.tweets" "YTD.deleted_tweets")
    "data/tweets.js" (tweets ["one"])
    "data/tweets-part1.js" (tweets ["two\nlines"] 1)}))
  (setv [text [[whole _] #* parts]] (noted "x.zip"))
  (assert (= (sorted (.split (.strip text) "\n\n")) ["one" "two\nlines"]))
  (assert (= (lfor [name summary] parts [name summary.items]) [
    ["x.zip/data/tweets-part1.js" "paragraph"] ["x.zip/data/tweets.js" "paragraph"]])))


;; * Mastodon

(defn toot [content [to #(PUBLIC)] [cc #(FOLLOWERS)] [kind "Create"]]
  "Return an activity in which a post is written, or another's is reposted."
  { "id" "https://a.example/1/activity"  "type" kind  "actor" "https://a.example/users/anna"
    "published" "2025-01-04T15:40:07Z"  "to" to  "cc" cc
    "object" (if (= kind "Create")
      {"id" "https://a.example/1"  "type" "Note"  "summary" None  "inReplyTo" None
        "content" content  "contentMap" {"en" content}  "attachment" []}
      content)})


(defn outbox [activities]
  "Return an archive's `outbox.json` with `activities`, as Mastodon hands it out."
  (json.dumps {"@context" ["https://www.w3.org/ns/activitystreams" {"sensitive" "as:sensitive"}]
    "id" "outbox.json"  "type" "OrderedCollection"  "totalItems" (len activities)
    "orderedItems" activities}))


(setv TOOTS [
  (toot "<p>Tea &amp; cake &lt;3</p>")
  (toot (+ "<p><span class=\"h-card\"><a href=\"https://a.example/@ben\" class=\"mention\">"
    "@<span>ben</span></a></span> the pond<br />at noon</p><p><a href=\"https://a.example/tags/"
    "duck\" class=\"mention hashtag\">#<span>duck</span></a></p>") :to #(FOLLOWERS) :cc #(PUBLIC))
  (toot "<p>for followers</p>" :to #(FOLLOWERS) :cc #())
  (toot "<p>a secret</p>" :to #("https://a.example/users/ben") :cc #())
  (toot "https://b.example/2" :kind "Announce")
  (toot "")
  "strange" {"type" "Create"  "to" 5  "cc" 5  "object" {"content" 5}}])


(defn test-posts-on-mastodon-are-items-without-boosts-and-direct-messages [here]
  (write "outbox.json" (outbox TOOTS))
  (write "a.zip" (zipped-as {"outbox.json" (outbox TOOTS)  "media/1.jpg" "x"
    "actor.json" "{\"type\": \"Person\", \"name\": \"anna\"}"
    "likes.json" "{\"type\": \"OrderedCollection\", \"orderedItems\": [\"https://b.org/3\"]}"}))
  (for [path ["outbox.json" "a.zip"]]
    (assert (= (read path) #(
      "Tea & cake <3\n\n@ben the pond\nat noon\n#duck\n\nfor followers\n\n"
      f"Mastodon, 3 posts{LEFT-OUT}" "paragraph")))))


;; * What is refused

(defn [(pytest.mark.parametrize #("name" "text") [
    #("tweets.js" (cut (tweets ["one" "two"]) -9)) #("outbox.json" (cut (outbox TOOTS) -9))
    #("tweets.js" (+ (tweets ["one"]) "junk"))])]
    test-posts-cut-off-or-damaged-are-refused-in-a-line [here name text]
  (write name text)
  (assert (in f"'{name}' is not an export of " (complaint [name]))))


(defn test-what-is-for-chats-or-tables-does-not-apply-to-posts [here]
  (write "tweets.js" (tweets ["one" "two"]))
  (assert (in "so `only` doesn't apply" (complaint ["tweets.js"] :only "Anna")))
  (assert (in "`column` doesn't apply" (complaint ["tweets.js"] :column "text"))))
