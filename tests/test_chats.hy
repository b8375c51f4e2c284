"Chat exports become lines of `Name: message`, in each service's and country's format."

(import
  json
  unicodedata [normalize]
  zipfile
  pytest
  lstm-textgen.text.documents.exports [find-export]
  tests.helpers [complaint noted write write-all])

(setv
  pytestmark pytest.mark.quick
  TALK "Anna: hi\nBen: hello: there\nAnna: two lines\n")


(defn read [path #** options]
  (setv [text [#* _ [_ summary]]] (noted path #** options))
  #(text summary.words (dict summary.people)))


(defn stamped [stamp [end ""]]
  "Return a chat whose messages begin with `stamp`, and what `end` adds."
  (+ f"{stamp}Anna: hi\n{stamp}Ben: hello: there\n{stamp}Anna: two\nlines\n" end))


;; * WhatsApp

(defn [(pytest.mark.parametrize "stamp" [
      "12/24/19, 11:23 - " "24.12.19, 11:23 - " "24/12/2019 11:23 - " "24-12-2019 11:23 - "
      "2019-12-24 11:23 - " "2019/12/24, 11:23 - " "24/12/19, 11:23 pm - "
      "12/24/19, 11:23\u202fPM - " "24/12/2019 11:23 p. m. - " "24/12/2019 11:23 p.\u00a0m. - "
      "2019-12-24, 5:46 p.m. - " "24.12.2019 klo 11.23 - " "2019. 12. 24. 오후 11:23 - "
      "2019/12/24 下午11:23 - " "24.12.2019 г., 11:23 ч. - " "٢٤/١٢/٢٠١٩، ١١:٢٣ م - "
      "24.12.19, 11:23 – " "09/12/2019 17:03:48: " "12/24/19, 1:59:59 PM: "
      "[24.12.19, 11:23:07] " "[12/24/19, 11:23:07 PM] " "[24/12/2019, 11:23:07\u202fpm] "
      "[24.12.2019 klo 11.23.07] " "[2019/12/24 下午11:23:07] " "\u200e[24/12/19, 11:23:07] "
      "[2019-12-24, 11:23:07] " "[24/12/2019 11:23 p. m.] " "٢٤\u200f/١٢\u200f/٢٠١٩، ١١:٢٣ م - "
      "11:23, 24/12/2019 - " "[11:23, 24/12/2019] " "[11:23 PM, 12/24/2019] "])]
    test-whatsapp-writes-the-date-of-each-country [here stamp]
  (write "_chat.txt" (stamped stamp))
  (assert (= (read "_chat.txt")
    #(TALK "WhatsApp, 3 messages of 2 people" {"Anna" 2  "Ben" 1}))))


(defn [(pytest.mark.parametrize "notice" [
      "Messages and calls are end-to-end encrypted." "Anna added Ben"
      "Ben changed the subject from “a: b” to “c”"
      #* (gfor said [
        "<Media omitted>" "IMG-1.jpg (file attached)" "null" "This message was deleted"
        "\u200eimage omitted" "\u200e<attached: 1.jpg>" "" "Missed voice call" "Missed video call"
        "<Medien ausgeschlossen>" "Diese Nachricht wurde gelöscht."
        "Du hast diese Nachricht gelöscht" "Eliminaste este mensaje."
        "Vous avez supprimé ce message" "Hai eliminato questo messaggio" "Mensagem apagada"
        "Você apagou esta mensagem" "Je hebt dit bericht verwijderd" "Данное сообщение удалено"
        "Verpasster Sprachanruf. Zum Zurückrufen tippen" "Llamada de voz perdida a las 15:40"
        "Appel vocal manqué" "Videochiamata persa" "Chamada de voz perdida" "<Médias omis>"
        "<Multimedia omitido>" "<Mídia oculta>" "<Media omessi>" "Bild weggelassen"
        "image absente" "imagen omitida" "immagine omessa" "Bild.jpg (Datei angehängt)"
        "Standort: https://maps.google.com/?q=1.5,2" "a.pdf • \u200e2 Seiten \u200eDokument fehlt"
        "\u200eABSTIMMUNG:\nWann?\n\u200eOPTION: Mo (\u200e3 Stimmen)"] f"Ben: {said}")])]
    test-whatsapp-notices-of-many-languages-are-left-out [here notice]
  (write "a.txt" (stamped "04.01.25, 15:40 - " f"04.01.26, 15:41 - {notice}\n"))
  (assert (= (read "a.txt")
    #(TALK "WhatsApp, 3 messages of 2 people; media and system lines left out"
      {"Anna" 2  "Ben" 1}))))


(defn [(pytest.mark.parametrize #("said" "kept") [
      #("Ben: schau \u200e<Anhang: 1.jpg>" "Ben: schau")
      #("Ben: schau\nmal \u200eBild weggelassen" "Ben: schau mal")
      #("Ben: <Medien ausgeschlossen>\nder Teich" "Ben: der Teich")
      #("~\u202fBen: a.jpg (file attached)\nthe pond" "Ben: the pond")
      #("Anna: hi \u200e<This message was edited>" "Anna: hi")
      #("Ben: @\u2068Ben\u2069 ja \u200e<Diese Nachricht wurde bearbeitet.>" "Ben: @Ben ja")
      #("Ben: hola <Se editó este mensaje.>" "Ben: hola")
      #("Ben: oi <Mensagem editada>" "Ben: oi")
      #("Ben: missed call from mum" "Ben: missed call from mum")
      #("Ben: das Bild fehlt" "Ben: das Bild fehlt")
      #("Anna: 16:05 - see you" "Anna: 16:05 - see you")
      #("\u202a+49 170 1234567\u202c: I <3 you <b>\r" "+49 170 1234567: I <3 you <b>")])]
    test-whatsapp-keeps-what-people-say-beside-its-notes [here said kept]
  (write "a.txt" (stamped "04.01.25, 15:40 - " f"04.01.25, 15:41 - {said}\n"))
  (assert (= (get (read "a.txt") 0) f"{TALK}{kept}\n")))


(defn test-a-chat-in-a-zip-is-read [here]
  (with [archive (zipfile.ZipFile "chat.zip" "w")]
    (.writestr archive "_chat.txt" (stamped "[24.12.19, 11:23:07] "))
    (for [n (range 2000)] (.writestr archive f"{n :08}-PHOTO.jpg" "")))
  (assert (= (get (read "chat.zip") 0) TALK))
  (with [archive (zipfile.ZipFile "chat.zip" "a")]
    (.writestr archive "two.txt" (stamped "[24.12.19, 11:23:07] ")))
  (assert (= (get (read "chat.zip") 0) (* TALK 2))))


(defn [(pytest.mark.parametrize "text" [
      "1/4/25, 3:40 PM was when it rained. He said: no.\n1/5/25, 4:40 PM was later.\n"
      (.join "" (gfor n (range 9) f"2025-01-04 15:4{n} - day {n} at sea: fog\n"))
      "Anna: hi\nBen: ho\n" "12:30 lunch\n13:00 <b>no</b>\n" "[1] a: b\n[2] c: d\n" "\n\n" ""])]
    test-what-is-no-chat-is-plain-text [text]
  (assert (is (find-export text) None)))


(defn [(pytest.mark.parametrize "name" ["Zoë" "Anna 🌸" "Mum (home)" "J." "@lena" "+49 170 123"])]
    test-only-finds-a-name-however-it-is-typed [here name]
  (for [request ["NFC" "NFD"]  typed ["NFC" "NFD"]]
    (write "a.txt" (normalize typed (.replace (stamped "24.12.19, 11:23 - ") "Anna" name)))
    (assert (in (normalize "NFC" f"{name}: two lines\n")
      (get (read "a.txt" :only (normalize request name)) 0)))))


(defn test-only-keeps-one-person-and-names-the-others [here]
  (write-all {"a.txt" (+ "\ufeff" (stamped "24.12.19, 11:23 - "))  "b.txt" "plain"})
  (assert (= (cut (read "a.txt" :only "anna") 2)
    #("Anna: hi\nAnna: two lines\n"
      "WhatsApp, 3 messages of 2 people, only anna's 2 kept")))
  (assert (= (complaint ["a.txt"] :only "Ana")
    "`only`: unknown person 'Ana'; did you mean 'Anna'?"))
  (assert (= (complaint ["b.txt"] :only "Anna")
    "'b.txt' is not a chat or mailbox, so `only` doesn't apply to it")))


;; * JSON

(defn telegram-chat []
  "Return a chat as Telegram exports it."
  {"name" "Tea"  "type" "private_group"  "id" 1  "messages" [
    {"id" 1  "type" "service"  "date" "2019-01-04T15:40:07"  "actor" "Anna"
      "action" "create_group"  "text" ""}
    {"id" 2  "type" "message"  "date" "2019-01-04T15:40:07"  "from" "Anna"  "from_id" "user1"
      "text" "hi"}
    {"id" 3  "type" "message"  "date" "2020-01-04T15:40:07"  "from" "Ben"  "from_id" "user2"
      "text" ["hello: " {"type" "bold"  "text" "there"}]}
    {"id" 4  "type" "message"  "date" "2020-01-04T15:40:07"  "from" "Ben"  "from_id" "user2"
      "photo" "a.jpg"  "text" ""}
    {"id" 5  "type" "message"  "date" "2020-01-04T15:40:07"  "from" "Anna"  "from_id" "user1"
      "text" "two\nlines"}
    {"id" 6  "type" "message"  "from" 7  "text" {}}
    "strange"]})


(defn test-telegram-is-read-one-chat-or-all-though-contacts-come-first [here]
  (write "result.json" (+ "\ufeff" (json.dumps (telegram-chat) :indent 1)))
  (setv words "Telegram, 3 messages of 2 people; media and system lines left out")
  (assert (= (read "result.json") #(TALK words {"Anna" 2  "Ben" 1})))
  (setv people (lfor n (range 2000) {"user_id" n  "first_name" "Somebody"  "phone_number" "0"}))
  (write "all.json" (json.dumps {"about" "Here is the data you requested."
    "personal_information" {"user_id" 1}  "contacts" {"about" "x"  "list" people}
    "chats" {"about" "x"  "list" [(telegram-chat) (telegram-chat)]}}))
  (assert (= (get (read "all.json") 0) (* TALK 2))))


(defn telegram-page []
  "Return a page as Telegram exports a chat."
  (defn message [id text [name ""] [joined " joined"]]
    (+ f"<div class=\"message default clearfix{joined}\" id=\"message{id}\">\n"
      "<div class=\"body\">\n"
      "<div class=\"pull_right date details\" title=\"04.01.2024 15:40:07 UTC+01:00\">.</div>\n"
      (if name f"<div class=\"from_name\">\n{name} </div>\n" "") text "</div>\n</div>\n"))
  (.join "" [
    "<!DOCTYPE html>\n<html><head><title>Exported Data</title></head><body>"
    "<div class=\"text bold\">Tea</div><div class=\"history\">"
    "<div class=\"message service\"><div class=\"body details\">4 January 2024</div></div>"
    (message 1 "<div class=\"text\">\nhi</div>" "Anna" "")
    (message 2 "<div class=\"text\">hello: <strong>there</strong></div>" "Ben" "")
    (message 3 "<div class=\"media_wrap\"><div class=\"media\">Sticker</div></div>")
    (message 4 (+ "<div class=\"forwarded body\"><div class=\"from_name\">Eve</div>"
      "<div class=\"text\">two<br>lines</div></div>") "Anna" "")
    "</div></body></html>"]))


(defn test-telegram-is-read-from-its-pages [here]
  (write "messages.html" (telegram-page))
  (assert (= (read "messages.html") #(TALK
    "Telegram, 3 messages of 2 people; media and system lines left out"
    {"Anna" 2  "Ben" 1}))))


(defn test-discord-is-read [here]
  (defn message [name text [kind "Default"] [nickname None]]
    {"id" "1"  "type" kind  "timestamp" "2021-05-01T10:00:00.123+00:00"  "content" text
      "author" {"id" "2"  "name" name  "nickname" nickname}  "attachments" []})
  (write "tea.json" (json.dumps {"guild" {"id" "0"  "name" "G"}  "channel" {"id" "1"}
    "messages" [
      (message "a1" "hi" :nickname "Anna") (message "Ben" "hello: there" "Reply")
      (message "Ben" "Ben joined." "GuildMemberJoin") (message "Ben" "")
      (message "a1" "two\nlines" :nickname "Anna")]}))
  (assert (= (cut (read "tea.json") 2)
    #(TALK "Discord, 3 messages of 2 people; media and system lines left out"))))


(defn test-an-export-that-is-cut-off-is-refused [here]
  (write "a.json" (cut (json.dumps (telegram-chat)) -30))
  (assert (in "'a.json' is not an export of Telegram, or is damaged" (complaint ["a.json"]))))
