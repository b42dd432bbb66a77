% rebase("admin/frame.tpl", title="Sessions", module="follow.js")
<h1>Sessions</h1>
% if put_out:
<p class="bar" role="status">{{put_out}} is being put out at the router.</p>
% end
<div id="sessions" data-follow="/admin/sessions">
% if not as_of:
<p class="bar">\\
% if has_router:
The router does not answer, so this is what its accounting told, up to five minutes ago.\\
% else:
No router is set, so this is what accounting told. <span class="hint">Set router.host to see more.</span>\\
% end
</p>
% end
% if rows:
<p><b>{{len(rows)}}</b> online\\
% if as_of:
, download {{down}}, upload {{up}} <span class="hint">as of {{as_of}}</span>\\
% end
</p>
<div class="scroll"><table class="cards sessions">
<thead><tr><th scope="col">Who</th><th scope="col">Device</th><th scope="col">Package</th><th scope="col">Since</th><th scope="col">Used</th><th scope="col">Left</th><th scope="col">Speed now</th>\\
% if person.may("cashier") and has_router:
<th scope="col"><span class="quiet">Put out</span></th>\\
% end
</tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">{{row["who"]}}\\
% if not row["is_ours"]:
 <b class="chip bad">not a customer</b>\\
% elif row["is_local"]:
 <b class="chip">by the router</b>\\
% end
</th><td data-name="Device">{{row["mac"]}} <small>{{row["ip"]}}</small></td><td data-name="Package">{{row["package"] or "–"}}</td><td data-name="Since">{{row["since"]}}</td><td data-name="Used">{{row["used"]}}</td><td data-name="Left">{{row["left"] or "–"}}\\
% if row["data_left"]:
 <small>{{row["data_left"]}}</small>\\
% end
</td><td data-name="Speed now">\\
% if row["down"]:
↓ {{row["down"]}} <small>↑ {{row["up"]}}</small>\\
% else:
–\\
% end
</td>\\
% if person.may("cashier") and has_router:
<td><form method="post" action="/admin/sessions/kick"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="mac" value="{{row["mac"]}}"><button class="plain" aria-label="Put out {{row["mac"]}}">Put out</button></form></td>\\
% end
</tr>
% end
</tbody></table></div>
% else:
<p class="empty">\\
% if as_of:
Nobody was online at {{as_of}}; the router is being asked again.\\
% else:
Nobody is online.\\
% end
 Each device that logs in is listed here, with its package, what it used and how fast it is.</p>
% end
</div>
<p class="hint">Putting a device out ends its session, not its time: it may log in again.</p>
