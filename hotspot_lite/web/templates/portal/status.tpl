% rebase("portal/frame.tpl", title=t("status.title"), refresh=refresh)
<h1>{{t("status.title")}}</h1>
% if notice or problem:
<p class="note bad" role="alert">{{problem or notice}}</p>
% end
<div role="status">
% for one in left:
% include("portal/left.tpl", left=one)
% if not one.is_later and not one.is_unused:
<p class="{{"note good" if one.is_online else "note"}}">{{t("status.online" if one.is_online else "status.waiting")}}</p>
% end
% if one.id in firsts:
<form method="post" action="/status/first"><input type="hidden" name="state" value="{{state}}"><input type="hidden" name="time" value="{{one.id}}">
<button class="second">{{t("status.first")}}</button>
<p class="hint">{{t("status.first_hint")}}</p></form>
% end
% end
% if paused:
<p class="note">{{t("pause.paused", time=t.time(paused))}}</p>
% elif not left:
<p class="note">{{t("status.none" if who.mac else "status.unknown")}}</p>
% end
</div>
% if may_go_on:
<form method="post" action="/status/go-on"><input type="hidden" name="state" value="{{state}}">
<button>{{t("pause.go_on")}}</button></form>
% end
% if pauses_left:
<form method="post" action="/status/pause"><input type="hidden" name="state" value="{{state}}">
<button class="second">{{t("pause.pause")}}</button>
<p class="hint">{{t("pause.hint", times=t.count("times", pauses_left))}}</p></form>
% end
% if wish:
<p class="{{"note good" if wish == "done" else "note"}}" role="status">\\
% if wish == "waiting":
<span class="busy">{{t("pair.waiting")}}</span></p>
% else:
{{t("pair." + wish)}}</p>
% end
% end
% for mac in bare:
<form method="post" action="/status/device/remove"><input type="hidden" name="state" value="{{state}}"><input type="hidden" name="mac" value="{{mac}}">
<p>{{t("pair.mine")}} <b>{{mac}}</b></p><button class="second">{{t("pair.remove")}}</button></form>
% end
% if may_add:
<p><a href="{{device_link}}">{{t("pair.title")}}</a></p>
% end
% if friend_code:
<p class="hint">{{t("promo.friend", percent=friend_percent)}} <b>{{friend_code}}</b></p>
% end
% if (left or paused) and own_link:
<p class="hint">{{t("back.mine")}} <a href="{{own_link}}">{{own_link}}</a></p>
% end
<p><a href="{{home_link}}">{{t("page.home")}}</a></p>
