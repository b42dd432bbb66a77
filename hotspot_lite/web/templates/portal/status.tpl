% rebase("portal/frame.tpl", title=t("status.title"), refresh=60)
<h1>{{t("status.title")}}</h1>
<div role="status">
% for one in left:
% include("portal/left.tpl", left=one)
% if not one.is_later and not one.is_unused:
<p class="{{"note good" if one.is_online else "note"}}">{{t("status.online" if one.is_online else "status.waiting")}}</p>
% end
% end
% if not left:
<p class="note">{{t("status.none" if who.mac else "status.unknown")}}</p>
% end
</div>
% if left and own_link:
<p class="hint">{{t("back.mine")}} <a href="{{own_link}}">{{own_link}}</a></p>
% end
<p><a href="{{home_link}}">{{t("page.home")}}</a></p>
