% rebase("portal/frame.tpl", title=t(stand.title), refresh=refresh)
<h1>{{t(stand.title)}}</h1>
<div role="status" aria-live="polite">
% if stand.kind == "redirect" and stand.step in ("asking", "page"):
<p class="big">{{t("hosted.lead", way=way, price=price, package=stand.plan)}}</p>
% if stand.step == "asking":
<p class="busy">{{t("hosted.asking")}}</p>
% end
<p class="hint">{{t("hosted.after")}}</p>
% elif stand.step in ("asking", "pin"):
<p class="big">{{t("wait.lead", phone=stand.phone, price=price, package=stand.plan)}}</p>
% if stand.step == "asking":
<p class="busy">{{t("wait.asking")}}</p>
% end
<p class="hint">{{t("wait.refresh")}}</p>
% if stand.is_late:
<div class="note"><b>{{t("wait.late_title")}}</b>
<ul><li>{{t("wait.late_on")}}</li><li>{{t("wait.late_sim")}}</li><li>{{t("wait.late_other")}}</li></ul></div>
% end
% elif stand.step == "checking":
<p class="busy">{{t("wait.checking")}}</p>
<p class="hint">{{t("wait.refresh")}}</p>
% elif stand.step == "returned":
<p class="note">{{t("wait.returned", price=price)}}</p>
% elif stand.step == "failed":
<p class="note bad">{{stand.failure(t)}}</p>
<p class="hint">{{t("failed.never_mind")}}</p>
% else:
% if stand.paid_at:
<p class="note good">{{t("paid.at", time=stand.paid_at)}}</p>
% elif stand.is_voucher and stand.step not in ("online", "over"):
<p class="note good">{{t("paid.voucher")}}</p>
% end
% if stand.step == "making":
<p class="busy">{{t("paid.making")}}</p>
% elif stand.step == "admitting":
<p class="busy">{{t("paid.admitting")}}</p>
% elif stand.step == "router":
<p class="note">{{t("paid.router")}}</p>
% elif stand.step == "ready" and not stand.left.is_later:
<p>{{t("paid.none")}}</p>
% elif stand.step == "over":
<p class="note">{{t("online.over")}}</p>
% end
% if stand.left and stand.step != "over":
% include("portal/left.tpl", left=stand.left)
% if stand.left.is_later:
<p><a href="{{status_link}}">{{t("page.status")}}</a></p>
% end
% end
% if stand.step == "online":
<p>{{t("online.enjoy")}}</p>
% end
% end
</div>
% if stand.step == "page":
<p><a class="button" href="{{stand.page_url}}" rel="noreferrer">{{t("hosted.go")}}</a></p>
<p><a href="{{home_link}}">{{t("hosted.change")}}</a></p>
% elif stand.step == "failed":
<form method="post" action="/buy">
<input type="hidden" name="state" value="{{state}}">
<input type="hidden" name="again" value="{{stand.ref}}">
<button>{{t("failed.again")}}</button>
</form>
<p><a href="{{home_link}}">{{t("failed.change")}}</a></p>
% elif connect:
<form method="post" action="{{who.login_url}}">
<input type="hidden" name="username" value="{{connect[0]}}">
<input type="hidden" name="password" value="{{connect[1]}}">
<button>{{t("paid.connect")}}</button>
</form>
% if stand.phone:
<p class="hint">{{t("paid.sms")}}</p>
% end
% elif stand.step == "ready" and stand.phone:
<p class="hint">{{t("paid.sms")}}</p>
% end
% if stand.step in ("online", "over", "ready", "returned"):
<p><a href="{{home_link}}">{{t("page.home")}}</a></p>
% end
