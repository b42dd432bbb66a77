% rebase("portal/frame.tpl", title=t("stop.title"))
<h1>{{t("stop.title")}}</h1>
% if notice:
<p class="note bad" role="alert">{{notice}}</p>
% end
% if done:
<p class="note good" role="status">{{t("stop.done")}}</p>
% elif token:
<p>{{t("stop.ask")}}</p>
<form method="post" action="/stop/{{token}}">
<input type="hidden" name="state" value="{{state}}">
<button>{{t("stop.do")}}</button>
</form>
% end
