% rebase("admin/frame.tpl", title="Messages", refresh=refresh)
<h1>Messages</h1>
<p class="hint">One text to many, by SMS or e-mail. They leave at the gateway's rate and not at night (<code>sms.per_minute</code>, <code>message.quiet_from</code>); payments and logins of others never wait for them. <a href="/admin/messages/automatic">Automatic messages</a> are another page.</p>
% if sample:
<section class="panel" id="sample">
<h2>{{sample["count"]}} would get it</h2>
% if sample["count"]:
% for to, text in sample["first"]:
<p><b>{{to}}</b><br><span class="letter">{{text}}</span></p>
% end
% if sample["is_sms"]:
<p>The longest is {{sample["parts"]}} SMS {{"part" if sample["parts"] == 1 else "parts"}} ({{sample["alphabet"]}}): you pay for about <b>{{sample["sum"]}}</b>. It takes about {{sample["minutes"]}} min.</p>
% if sample["alphabet"] != "GSM-7":
<p class="note">A sign in it makes each part shorter: 70 letters instead of 160. Emoji and foreign letters do that.</p>
% end
% end
<form method="post" action="/admin/messages">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% for name in ("name", "audience", "search", "channel", "subject", "text"):
<input type="hidden" name="{{name}}" value="{{values.get(name, "")}}">
% end
<button name="do" value="send">Send to {{sample["count"]}}</button>
</form>
% else:
<p class="hint">Nobody is in that group now.</p>
% end
</section>
% end
<form method="post" action="/admin/messages" class="panel">
<h2>{{"Change it" if sample else "Write"}}</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
<div><label for="audience">To</label>
<select id="audience" name="audience"{{!" aria-invalid=true" if field == "audience" else ""}}>
% for one in audiences:
<option value="{{one.name}}"{{" selected" if values.get("audience") == one.name else ""}}>{{one.title}}</option>
% end
</select></div>
<div><label for="search">Which</label>
<input id="search" name="search" maxlength="60" list="plans" value="{{values.get("search", "")}}" aria-describedby="search-says"{{!" aria-invalid=true" if field == "search" else ""}}>
<datalist id="plans">
% for plan in plans:
<option value="{{plan}}"></option>
% end
</datalist>
<p class="hint" id="search-says">A package, what to search for, or the one address; else empty</p></div>
<div><label for="channel">By</label>
<select id="channel" name="channel">
% for value, name in channels.items():
<option value="{{value}}"{{" selected" if values.get("channel") == value else ""}}>{{name}}</option>
% end
</select></div>
<div><label for="name">Name</label>
<input id="name" name="name" maxlength="60" value="{{values.get("name", "")}}" aria-describedby="name-says">
<p class="hint" id="name-says">For you; customers don't see it</p></div>
<div><label for="subject">Subject</label>
<input id="subject" name="subject" maxlength="120" value="{{values.get("subject", "")}}" aria-describedby="subject-says"{{!" aria-invalid=true" if field == "subject" else ""}}>
<p class="hint" id="subject-says">Of an e-mail{{"" if has_mail else "; no mail server is set (mail.host)"}}</p></div>
</div>
<label for="text">Text</label>
<textarea id="text" name="text" rows="4" maxlength="1000" required aria-describedby="text-says"{{!" aria-invalid=true" if field == "text" else ""}}>{{values.get("text", "")}}</textarea>
<p class="hint" id="text-says">Filled in for each: \\
% for word, means in words.items():
<code>{{"{" + word + "}"}}</code> {{means}}; \\
% end
{{"" if has_url else "it needs web.public_url; "}}a text without <code>{stop}</code> can't be stopped by its reader.</p>
<button name="do" value="look">Look at it first</button>
</form>
<h2>Sent and sending</h2>
% if campaigns:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col">To</th><th scope="col">By</th><th scope="col">Begun</th><th scope="col">What came of it</th></tr></thead>
<tbody>
% for one in campaigns:
<tr><th scope="row"><a href="/admin/messages/{{one["id"]}}">{{one["name"]}}</a></th><td data-name="To">{{one["to"]}} {{one["search"]}}</td><td data-name="By">{{one["channel"]}}</td><td data-name="Begun">{{one["at"]}} by {{one["who"]}}</td><td data-name="What came of it">{{one["counts"]}}{{f", {one['counts'].waiting} to go" if one["counts"].waiting else ""}}{{", cancelled" if one["state"] == "cancelled" else ""}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing was sent to many yet. Write above; before it leaves you see it with real names and what it costs.</p>
% end
% if reports_to:
<p class="hint">What arrived is told by the provider, once this address stands on its page as callback for delivery reports: <code>{{reports_to}}</code></p>
% end
% if opted_out:
<p class="hint">{{opted_out}} {{"address wants" if opted_out == 1 else "addresses want"}} no such messages and never get any.</p>
% end
