/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: nux
CREATE TABLE `tbl_appconfig` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `setting` mediumtext NOT NULL,
  `value` mediumtext DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=14 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_appconfig` (`id`, `setting`, `value`) VALUES (6,'timezone','Africa/Nairobi');
CREATE TABLE `tbl_bandwidth` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name_bw` varchar(255) NOT NULL,
  `rate_down` int(10) unsigned NOT NULL,
  `rate_down_unit` enum('Kbps','Mbps') NOT NULL,
  `rate_up` int(10) unsigned NOT NULL,
  `rate_up_unit` enum('Kbps','Mbps') NOT NULL,
  `burst` varchar(128) NOT NULL DEFAULT '',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_bandwidth` (`id`, `name_bw`, `rate_down`, `rate_down_unit`, `rate_up`, `rate_up_unit`, `burst`) VALUES (1,'4M',4,'Mbps',2,'Mbps','');
INSERT INTO `tbl_bandwidth` (`id`, `name_bw`, `rate_down`, `rate_down_unit`, `rate_up`, `rate_up_unit`, `burst`) VALUES (2,'slow',512,'Kbps',256,'Kbps','');
INSERT INTO `tbl_bandwidth` (`id`, `name_bw`, `rate_down`, `rate_down_unit`, `rate_up`, `rate_up_unit`, `burst`) VALUES (3,'burst',4,'Mbps',2,'Mbps','4M/8M 1M/3M 10/10');
CREATE TABLE `tbl_customers` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `username` varchar(45) NOT NULL,
  `password` varchar(45) NOT NULL,
  `photo` varchar(128) NOT NULL DEFAULT '/user.default.jpg',
  `pppoe_username` varchar(32) NOT NULL DEFAULT '' COMMENT 'For PPPOE Login',
  `pppoe_password` varchar(45) NOT NULL DEFAULT '' COMMENT 'For PPPOE Login',
  `pppoe_ip` varchar(32) NOT NULL DEFAULT '' COMMENT 'For PPPOE Login',
  `fullname` varchar(45) NOT NULL,
  `address` mediumtext DEFAULT NULL,
  `city` varchar(255) DEFAULT NULL,
  `district` varchar(255) DEFAULT NULL,
  `state` varchar(255) DEFAULT NULL,
  `zip` varchar(10) DEFAULT NULL,
  `phonenumber` varchar(20) DEFAULT '0',
  `email` varchar(128) NOT NULL DEFAULT '1',
  `coordinates` varchar(50) NOT NULL DEFAULT '' COMMENT 'Latitude and Longitude coordinates',
  `account_type` enum('Business','Personal') DEFAULT 'Personal' COMMENT 'For selecting account type',
  `balance` decimal(15,2) NOT NULL DEFAULT 0.00 COMMENT 'For Money Deposit',
  `service_type` enum('Hotspot','PPPoE','Others') DEFAULT 'Others' COMMENT 'For selecting user type',
  `auto_renewal` tinyint(1) NOT NULL DEFAULT 1 COMMENT 'Auto renewall using balance',
  `status` enum('Active','Banned','Disabled','Inactive','Limited','Suspended') NOT NULL DEFAULT 'Active',
  `created_by` int(11) NOT NULL DEFAULT 0,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `last_login` datetime DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `photo`, `pppoe_username`, `pppoe_password`, `pppoe_ip`, `fullname`, `address`, `city`, `district`, `state`, `zip`, `phonenumber`, `email`, `coordinates`, `account_type`, `balance`, `service_type`, `auto_renewal`, `status`, `created_by`, `created_at`, `last_login`) VALUES (1,'amina','se\'cret','/user.default.jpg','','','','Amina O\'Neill','a line\nand another;\n',NULL,NULL,NULL,NULL,'0712345678','amina@example.com','','Personal',0.00,'Hotspot',1,'Active',0,'2026-11-28 22:05:16',NULL);
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `photo`, `pppoe_username`, `pppoe_password`, `pppoe_ip`, `fullname`, `address`, `city`, `district`, `state`, `zip`, `phonenumber`, `email`, `coordinates`, `account_type`, `balance`, `service_type`, `auto_renewal`, `status`, `created_by`, `created_at`, `last_login`) VALUES (2,'254722000111','pw22','/user.default.jpg','','','','Wanjiru — njema','x',NULL,NULL,NULL,NULL,'0','1','','Personal',150.50,'Hotspot',1,'Active',0,'2026-11-28 22:05:16',NULL);
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `photo`, `pppoe_username`, `pppoe_password`, `pppoe_ip`, `fullname`, `address`, `city`, `district`, `state`, `zip`, `phonenumber`, `email`, `coordinates`, `account_type`, `balance`, `service_type`, `auto_renewal`, `status`, `created_by`, `created_at`, `last_login`) VALUES (3,'fiber1','pw','/user.default.jpg','','','','Fiber','x',NULL,NULL,NULL,NULL,'0733000111','1','','Personal',0.00,'PPPoE',1,'Active',0,'2026-11-28 22:05:16',NULL);
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `photo`, `pppoe_username`, `pppoe_password`, `pppoe_ip`, `fullname`, `address`, `city`, `district`, `state`, `zip`, `phonenumber`, `email`, `coordinates`, `account_type`, `balance`, `service_type`, `auto_renewal`, `status`, `created_by`, `created_at`, `last_login`) VALUES (4,'rude','pw','/user.default.jpg','','','','Rude','x',NULL,NULL,NULL,NULL,'0733000222','1','','Personal',0.00,'Hotspot',1,'Banned',0,'2026-11-28 22:05:16',NULL);
INSERT INTO `tbl_customers` (`id`, `username`, `password`, `photo`, `pppoe_username`, `pppoe_password`, `pppoe_ip`, `fullname`, `address`, `city`, `district`, `state`, `zip`, `phonenumber`, `email`, `coordinates`, `account_type`, `balance`, `service_type`, `auto_renewal`, `status`, `created_by`, `created_at`, `last_login`) VALUES (5,'nobody','pw','/user.default.jpg','','','','No Phone','x',NULL,NULL,NULL,NULL,'0','1','','Personal',0.00,'Hotspot',1,'Active',0,'2026-11-28 22:05:16',NULL);
CREATE TABLE `tbl_plans` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name_plan` varchar(40) NOT NULL,
  `id_bw` int(11) NOT NULL,
  `price` varchar(40) NOT NULL,
  `price_old` varchar(40) NOT NULL DEFAULT '',
  `type` enum('Hotspot','PPPOE','Balance') NOT NULL,
  `typebp` enum('Unlimited','Limited') DEFAULT NULL,
  `limit_type` enum('Time_Limit','Data_Limit','Both_Limit') DEFAULT NULL,
  `time_limit` int(10) unsigned DEFAULT NULL,
  `time_unit` enum('Mins','Hrs') DEFAULT NULL,
  `data_limit` int(10) unsigned DEFAULT NULL,
  `data_unit` enum('MB','GB') DEFAULT NULL,
  `validity` int(11) NOT NULL,
  `validity_unit` enum('Mins','Hrs','Days','Months','Period') NOT NULL,
  `shared_users` int(11) DEFAULT NULL,
  `routers` varchar(32) NOT NULL,
  `is_radius` tinyint(1) NOT NULL DEFAULT 0 COMMENT '1 is radius',
  `pool` varchar(40) DEFAULT NULL,
  `plan_expired` int(11) NOT NULL DEFAULT 0,
  `expired_date` tinyint(1) NOT NULL DEFAULT 20,
  `enabled` tinyint(1) NOT NULL DEFAULT 1 COMMENT '0 disabled\r\n',
  `prepaid` enum('yes','no') DEFAULT 'yes' COMMENT 'is prepaid',
  `plan_type` enum('Business','Personal') DEFAULT 'Personal' COMMENT 'For selecting account type',
  `device` varchar(32) NOT NULL DEFAULT '',
  `on_login` text DEFAULT NULL,
  `on_logout` text DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=8 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (1,'1 Hour',1,'20','','Hotspot','Unlimited',NULL,0,NULL,0,NULL,1,'Hrs',1,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (2,'Month 5 GB',1,'1000','','Hotspot','Limited','Data_Limit',0,NULL,5,'GB',1,'Months',2,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (3,'Owner\'s \"2\\3\" (h), old;',2,'40','','Hotspot','Limited','Time_Limit',2,'Hrs',0,'MB',7,'Days',1,'r',0,NULL,0,20,0,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (4,'Home',1,'2500','','PPPOE','Unlimited',NULL,0,NULL,0,NULL,30,'Days',1,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (5,'Later',1,'500','','Hotspot','Unlimited',NULL,0,NULL,0,NULL,1,'Period',1,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (6,'Trial',2,'0','','Hotspot','Unlimited',NULL,0,NULL,0,NULL,30,'Mins',1,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
INSERT INTO `tbl_plans` (`id`, `name_plan`, `id_bw`, `price`, `price_old`, `type`, `typebp`, `limit_type`, `time_limit`, `time_unit`, `data_limit`, `data_unit`, `validity`, `validity_unit`, `shared_users`, `routers`, `is_radius`, `pool`, `plan_expired`, `expired_date`, `enabled`, `prepaid`, `plan_type`, `device`, `on_login`, `on_logout`) VALUES (7,'Burst',3,'30','','Hotspot','Unlimited',NULL,0,NULL,0,NULL,1,'Days',1,'r',0,NULL,0,20,1,'yes','Personal','',NULL,NULL);
CREATE TABLE `tbl_user_recharges` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `customer_id` int(11) NOT NULL,
  `username` varchar(32) NOT NULL,
  `plan_id` int(11) NOT NULL,
  `namebp` varchar(40) NOT NULL,
  `recharged_on` date NOT NULL,
  `recharged_time` time NOT NULL DEFAULT '00:00:00',
  `expiration` date NOT NULL,
  `time` time NOT NULL,
  `status` varchar(20) NOT NULL,
  `method` varchar(128) NOT NULL DEFAULT '',
  `routers` varchar(32) NOT NULL,
  `type` varchar(15) NOT NULL,
  `admin_id` int(11) NOT NULL DEFAULT 1,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (1,1,'amina',2,'Month 5 GB','2030-01-01','00:00:00','2030-01-31','10:00:00','on','','r','Hotspot',1);
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (2,2,'254722000111',1,'1 Hour','2020-01-01','00:00:00','2020-01-01','11:00:00','on','','r','Hotspot',1);
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (3,2,'254722000111',1,'1 Hour','2019-01-01','00:00:00','2019-01-01','11:00:00','off','','r','Hotspot',1);
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (4,3,'fiber1',4,'Home','2030-01-01','00:00:00','2030-01-31','10:00:00','on','','r','PPPOE',1);
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (5,5,'nobody',1,'1 Hour','2030-01-01','00:00:00','2030-01-31','10:00:00','on','','r','Hotspot',1);
INSERT INTO `tbl_user_recharges` (`id`, `customer_id`, `username`, `plan_id`, `namebp`, `recharged_on`, `recharged_time`, `expiration`, `time`, `status`, `method`, `routers`, `type`, `admin_id`) VALUES (6,1,'amina',99,'Gone','2030-01-01','00:00:00','2030-01-31','10:00:00','on','','r','Hotspot',1);
CREATE TABLE `tbl_voucher` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `type` enum('Hotspot','PPPOE') NOT NULL,
  `routers` varchar(32) NOT NULL,
  `id_plan` int(11) NOT NULL,
  `code` varchar(55) NOT NULL,
  `user` varchar(45) NOT NULL,
  `status` varchar(25) NOT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `used_date` datetime DEFAULT NULL,
  `generated_by` int(11) NOT NULL DEFAULT 0 COMMENT 'id admin',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `tbl_voucher` (`id`, `type`, `routers`, `id_plan`, `code`, `user`, `status`, `created_at`, `used_date`, `generated_by`) VALUES (1,'Hotspot','r',1,'ABCD1234','0','0','2026-11-28 22:05:16',NULL,0);
INSERT INTO `tbl_voucher` (`id`, `type`, `routers`, `id_plan`, `code`, `user`, `status`, `created_at`, `used_date`, `generated_by`) VALUES (2,'Hotspot','r',1,'USED0001','amina','1','2026-11-28 22:05:16',NULL,0);
INSERT INTO `tbl_voucher` (`id`, `type`, `routers`, `id_plan`, `code`, `user`, `status`, `created_at`, `used_date`, `generated_by`) VALUES (3,'Hotspot','r',2,'x!','0','0','2026-11-28 22:05:16',NULL,0);
INSERT INTO `tbl_voucher` (`id`, `type`, `routers`, `id_plan`, `code`, `user`, `status`, `created_at`, `used_date`, `generated_by`) VALUES (4,'Hotspot','r',1,'abcd1234','0','0','2026-11-28 22:05:16',NULL,0);
INSERT INTO `tbl_voucher` (`id`, `type`, `routers`, `id_plan`, `code`, `user`, `status`, `created_at`, `used_date`, `generated_by`) VALUES (5,'Hotspot','r',1,'77881122','0','0','2026-11-28 22:05:16',NULL,0);
-- Dump completed on 2026-11-29  1:05:23
