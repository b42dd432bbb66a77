"""What is sold, for how much, and how fast it is.

catalogue (packages), batches (vouchers printed together), rates and amounts as people
write them; fair, happy (what a package's speed depends on); discounts.
"""
