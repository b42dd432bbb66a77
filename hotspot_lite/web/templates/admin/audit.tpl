% rebase("admin/frame.tpl", title="Audit log")
% from urllib.parse import urlencode
<h1>Audit log</h1>
<form method="get" action="/admin/audit" class="pick">
<div><label for="who">Who</label><input id="who" name="who" maxlength="60" value="{{who}}"></div>
<div><label for="text">What</label><input id="text" name="text" maxlength="60" value="{{text}}"></div>
<button>Search</button>
</form>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Details</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">{{row["at"]}}</th><td data-name="Who">{{row["who"]}}</td><td data-name="What">{{row["what"]}}</td><td data-name="Details">{{row["detail"] or "-"}}</td></tr>
% end
</tbody></table></div>
<p>
% if not is_first:
<a class="chip-link" href="/admin/audit?{{urlencode({"who": who, "text": text})}}">Newest</a>
% end
% if older:
<a class="chip-link" href="/admin/audit?{{urlencode({"who": who, "text": text, "before": older})}}">Older</a>
% end
</p>
% else:
<p class="empty">{{"Nothing fits that." if who or text else "Every change that somebody makes is written here, for ever."}}</p>
% end
