% rebase("admin/frame.tpl", title="Messages")
<p><a href="/admin/messages">Messages to many</a></p>
<h1>Automatic messages</h1>
<p class="hint">SMS that are written by themselves, in the language in which the customer bought. Those that belong to no sale do not leave at night, and not to who opted out.</p>
% if not has_sms:
<p class="note" role="status">No SMS gateway is set (<code>sms.provider</code>): nothing leaves yet.</p>
% end
% if done:
<p class="note good" role="status">{{done}} is kept.</p>
% end
% for one in kinds:
% is_wrong = wrong == one["name"]
<form method="post" action="/admin/messages/automatic" class="panel" id="{{one["name"]}}">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="kind" value="{{one["name"]}}">
<h2>{{one["title"]}} <small>{{"sent" if one["is_on"] else "not sent"}}</small></h2>
<p class="hint">{{one["says"]}}</p>
% if is_wrong:
% include("admin/problem.tpl")
% end
<div class="fields">
<div><label for="on-{{one["name"]}}">Sent</label>
<select id="on-{{one["name"]}}" name="on"><option value="1"{{" selected" if one["is_on"] else ""}}>yes</option><option value="0"{{"" if one["is_on"] else " selected"}}>no</option></select></div>
% if one["unit"]:
<div><label for="amount-{{one["name"]}}">{{one["unit"].capitalize()}}</label>
<input id="amount-{{one["name"]}}" name="amount" type="number" inputmode="numeric" min="{{one["limits"][0]}}" max="{{one["limits"][1]}}" required value="{{one["amount"]}}"{{!" aria-invalid=true" if is_wrong and field == "amount" else ""}}></div>
% end
</div>
% for lang, name in languages.items():
<label for="{{lang}}-{{one["name"]}}">{{name}}</label>
<textarea id="{{lang}}-{{one["name"]}}" name="{{lang}}" lang="{{lang}}" rows="4" maxlength="{{most}}" aria-describedby="says-{{one["name"]}}"{{!" aria-invalid=true" if is_wrong and field == lang else ""}}>{{one["texts"][lang]}}</textarea>
% end
<p class="hint" id="says-{{one["name"]}}">Filled in: \\
% for word in one["words"]:
<code>{{"{" + word + "}"}}</code> {{words[word]}}; \\
% end
an empty text is ours again. {{one["parts"]}} SMS {{"part" if one["parts"] == 1 else "parts"}} before they are.{{"" if has_url or "stop" not in one["words"] else " {stop} needs web.public_url."}}</p>
<button>Keep</button>
</form>
% end
