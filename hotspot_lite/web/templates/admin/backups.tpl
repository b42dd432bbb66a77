% rebase("admin/frame.tpl", title="Backups", refresh=refresh)
<h1>Backups</h1>
<p class="hint">{{f"Once in {hours} hours" if hours > 1 else "Once an hour"}}, while anything happens, the box keeps a checked copy of its database: the last 24 hours, 7 days and 4 weeks of them. A broken database is replaced by the newest when the box starts, and M-Pesa is asked what was paid since.</p>
% if hours > 1:
<p class="hint">The database is large, and a memory card wears by what is written to it: <code>backup.daily_mib</code> says how much a day may be.</p>
% end
% if refresh:
<p class="hint" role="status">The backup is being made; this page shows it in a moment.</p>
% end
% for one in wrong:
<p class="wrong" role="alert">{{one.says}}</p>
% end
% if is_restored:
<form method="post" action="/admin/backups/seen">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<button class="second">I have read that a backup was restored</button>
</form>
% end
<form method="post" action="/admin/backups">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<button>Back up now</button>
</form>
% if not copies:
<p class="hint">All of them are on this box's own disk and are lost with it. Plug in a stick and set <code>backup.copy_to</code> to its folder, have another machine keep copies (<code>backup.elsewhere</code>), or download one from time to time.</p>
% end
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Made</th><th scope="col">Age</th><th scope="col">Size</th><th scope="col">Where</th><th scope="col">File</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">{{row["at"]}}</th><td data-name="Age">{{row["age"]}}</td><td data-name="Size">{{row["size"]}}</td><td data-name="Where">{{row["where"]}}</td><td data-name="File"><a href="/admin/backups/{{row["name"]}}" download aria-label="Download {{row["name"]}}">Download</a></td></tr>
% end
</tbody></table></div>
% if is_sealed:
<p class="hint">Copies and downloads are encrypted: without the passphrase nobody opens them, nor do you. Keep it on paper, away from the box.</p>
% end
<p class="hint">A backup holds every customer and the box's own key: keep it as you keep money. To restore one, stop the box and run <code>hotspot-lite backup restore FILE</code>.</p>
% else:
<p class="empty">No backup was made yet. The first comes within the hour.</p>
% end
% if host:
<h2>On {{host}}</h2>
% if far:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Made</th><th scope="col">Age</th><th scope="col">Size</th><th scope="col">Name</th></tr></thead>
<tbody>
% for row in far:
<tr><th scope="row">{{row["at"]}}</th><td data-name="Age">{{row["age"]}}</td><td data-name="Size">{{row["size"]}}</td><td data-name="Name">{{row["name"]}}</td></tr>
% end
</tbody></table></div>
<p class="hint">As it was when the last copy went there. To bring one back: <code>hotspot-lite backup fetch NAME</code>.</p>
% else:
<p class="empty">No copy has reached it yet. See <code>hotspot-lite doctor</code> for what is missing.</p>
% end
% end
