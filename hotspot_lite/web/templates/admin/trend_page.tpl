% rebase("admin/frame.tpl", title="Live")
% include("admin/trend.tpl")
