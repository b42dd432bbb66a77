<dl class="left"><dt>{{left.plan}}</dt>
<dd class="big">{{t("online.left", time=t.time(left.seconds))}}</dd>
% if left.until and not left.is_later:
<dd>{{t("online.until", time=left.until)}}</dd>
% end
% if left.data_bytes is not None:
<dd>{{t("online.data_left", data=t.data(left.data_bytes))}}</dd>
% end
% if left.slowed_by:
<dd>{{t("online.slow", rule=t.fair(left.slowed_by))}}</dd>
% end
% if left.is_later:
<dd>{{t("online.later")}}</dd>
% elif left.is_unused:
<dd>{{t("online.first_use")}}</dd>
% end
</dl>
