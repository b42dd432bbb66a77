% rebase("portal/frame.tpl", title=t("error.title"))
<h1>{{t("error.title")}}</h1>
<p class="note bad" role="alert">{{says}}</p>
<p><a href="{{back_link}}">{{t("page.back")}}</a></p>
